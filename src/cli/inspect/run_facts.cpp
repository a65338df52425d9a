#include "progression_facts.hpp"
#include "run_disk.hpp"
#include "run_events.hpp"
#include "run_settings.hpp"
#include "run_verify.hpp"
#include "subjects.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/lock_file.hpp>
#include <tartan/train/run_directory.hpp>

#include <algorithm>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

//! Text or number of `key`; null where there is none.
Facts value_of(nlohmann::json const& json, char const* key) {
  auto const found = json.find(key);
  return found != json.end() && (found->is_string() || found->is_number()) ? Facts(*found) : Facts();
}

Facts checkpoint_list(fs::path const& directory) {
  Facts list = Facts::array();
  for (auto const& path : train::checkpoints_by_age(directory)) {
    Facts one = {{"name", path.filename().string()}};
    try {
      train::Progression const p = train::load_progression(path);
      one.update({{"stage", p.stage_name}, {"step", p.step}, {"metrics_bytes", p.metrics_bytes}});
    } catch (Error const& error) {
      if (error.status() != ExitStatus::data) throw;
      one["problem"] = error.what();
    }
    list.push_back(one);
  }
  return list;
}

//! A living run holds its lock. A stop by signal saves all that metrics.jsonl holds; a killed run mostly wrote more.
std::string state_of(train::RunDirectory const& run, nlohmann::json const& run_json, Facts const& checkpoints,
                     RunEvents const& events) {
  if (run_json.contains("result")) return "finished";
  if (auto const holder = lock_holder(run.lock())) return "running: " + to_text(*holder);
  bool const saved = !checkpoints.empty() && checkpoints.back().contains("metrics_bytes") &&
                     checkpoints.back()["metrics_bytes"] == events.bytes;
  return saved ? "stopped" : "killed";
}

Facts exports_of(train::RunDirectory const& run) {
  Facts names = Facts::array();
  if (fs::is_directory(run.exports()))
    for (auto const& entry : fs::directory_iterator(run.exports())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Facts best_link(train::RunDirectory const& run) {
  if (!fs::is_symlink(fs::symlink_status(run.best()))) return nullptr;
  std::error_code code;
  return {{"target", fs::read_symlink(run.best()).string()}, {"exists", fs::is_directory(run.best(), code)}};
}

Facts task_facts(RunSettings const& settings, nlohmann::json const& run_json) {
  Facts tasks = Facts::object();
  for (auto const& t : settings.tasks) {
    Facts task = {{"role", t.role}, {"objective", t.objective}, {"data", t.data}};
    if (t.role == "end") task["metric"] = t.metric;
    auto const data = run_json.find("data");
    if (data != run_json.end() && data->is_object() && data->contains(t.name)) {
      for (char const* key : {"examples", "tokens"}) task[key] = value_of((*data)[t.name], key);
      if ((*data)[t.name].contains("used")) task["used"] = value_of((*data)[t.name], "used");
    }
    tasks[t.name] = task;
  }
  return tasks;
}

Facts machine_facts(nlohmann::json const& json) {
  Facts facts = Facts::object();
  for (char const* key : {"version", "commit", "host", "ranks", "threads_per_rank", "device"})
    facts[key] = value_of(json, key);
  return facts;
}

//! In the order of config.ini.
Facts weights_facts(RunEvents const& events, RunSettings const& settings) {
  if (events.first_weights.empty()) return nullptr;
  auto const weight_in = [](std::map<std::string, double> const& weights, std::string const& task) {
    auto const found = weights.find(task);
    return found == weights.end() ? Facts() : Facts(found->second);
  };
  Facts tasks = Facts::object();
  for (auto const& task : settings.tasks)
    if (events.last_weights.contains(task.name))
      tasks[task.name] = {{"first", weight_in(events.first_weights, task.name)},
                          {"last", weight_in(events.last_weights, task.name)}};
  return {{"stage", events.weights_stage}, {"tasks", tasks}};
}

}  // namespace

Facts run_facts(Request const& request) {
  train::RunDirectory const run(request.path);
  std::size_t const verified_checkpoints = request.verify ? verify_run(run) : 0;
  RunSettings const settings = read_run_settings(run.config());
  nlohmann::json const run_json = read_run_json(run);
  RunEvents const events = read_events(run.metrics());
  Facts const checkpoints = checkpoint_list(run.checkpoints());
  Facts facts = {{"what", "run"},
                 {"path", request.path.string()},
                 {"recipe", settings.recipe},
                 {"seed", settings.seed},
                 {"model", settings.model},
                 {"state", state_of(run, run_json, checkpoints, events)},
                 {"last_written", last_written(run)},
                 {"machine", machine_facts(run_json)},
                 {"tasks", task_facts(settings, run_json)},
                 {"stages", events.stages},
                 {"kept", events.kept},
                 {"last_evaluation", events.last_evaluation},
                 {"task_weights", weights_facts(events, settings)},
                 {"best", best_link(run)},
                 {"exports", exports_of(run)},
                 {"checkpoints", checkpoints},
                 {"metrics_lines", events.lines},
                 {"bad_metrics_lines", events.bad_lines},
                 {"disk_bytes", disk_use(request.path)}};
  if (request.verify) facts["verified"] = {{"checkpoints", verified_checkpoints}, {"metrics_lines", events.lines}};
  return facts;
}

}  // namespace tartan::cli
