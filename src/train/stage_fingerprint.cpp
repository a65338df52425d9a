#include "stage_fingerprint.hpp"

#include "open_run.hpp"

#include <tartan/core/hash.hpp>

#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <set>
#include <sstream>
#include <tartan_commit.hpp>

namespace tartan::train {
namespace {

//! Keys that say where things are, not what comes out.
bool is_place(std::string const& section, std::string const& key) {
  if (section == "run") return true;  // the seed is spoken of apart
  return key == "path" || key == "data";
}

//! The lines of the configuration that stages depend on.
std::string settings_of(std::string const& resolved_config, std::set<std::string> const& sections) {
  std::istringstream lines(resolved_config);
  std::string result, section;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[")) section = line.substr(1, line.find(']') - 1);
    std::string const key = line.substr(0, line.find(' '));
    if (sections.contains(section) && !line.empty() && !is_place(section, key)) result += section + "." + line + "\n";
  }
  return result;
}

std::string text_of(StagePlan const& s) {
  std::ostringstream text;
  text << "stage " << s.name << ' ' << static_cast<int>(s.weighting) << s.end_task << s.auxiliaries << s.members
       << s.mlm_only << s.body_frozen << s.from_best << s.as_learned << s.fresh_heads << s.turns << "\n";
  return text.str();
}

std::string data_of(Task const& task) {
  return "data " + task.name() + " " + task.train.fingerprint() + " " + (task.dev ? task.dev->fingerprint() : "") +
         " " + std::to_string(task.num_examples()) + "\n";
}

}  // namespace

std::string stage_fingerprint(RunContext const& run, std::vector<StagePlan> const& stages,
                              std::string const& resolved_config, std::string const& weights) {
  std::set<std::string> sections = {"model", "train"};
  std::set<Task const*> tasks;
  std::ostringstream text;
  text << TARTAN_COMMIT << ' ' << TORCH_VERSION << "\nranks " << run.comm.size() << " threads " << at::get_num_threads()
       << ' ' << run.model.parameters.values().device() << run.comm.takes(comm::Device::cuda) << "\nweights " << weights
       << ' ' << run.model.encoder.config().raw.dump() << "\nminutes " << run.options.run.max_minutes << '\n';
  for (auto const& stage : stages) {
    text << text_of(stage) << stage_seed(run.options, stage) << '\n';
    sections.insert("stage." + stage.name);
    if (stage.weighting != WeightingKind::fixed) sections.insert({"weighting", "probe"});
    if (Task const* end = end_task(run.tasks); probed(stage) && end != nullptr && end->probe)
      text << "probe data " << end->probe->fingerprint() << '\n';
    for (Task const* task : tasks_of(stage, run.tasks)) tasks.insert(task);
  }
  for (Task const& task : run.tasks)
    if (tasks.contains(&task)) {
      sections.insert("task." + task.name());
      text << data_of(task);
    }
  text << settings_of(resolved_config, sections);
  return to_hex(hash_bytes(text.str()));
}

}  // namespace tartan::train
