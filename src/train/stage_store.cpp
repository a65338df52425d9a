#include "stage_store.hpp"

#include "open_run.hpp"
#include "stage_fingerprint.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/hash.hpp>
#include <tartan/core/log.hpp>

#include <fstream>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

constexpr char const* events_name = "events.jsonl";
constexpr char const* best_name = "best.safetensors";

//! The stages' own events, without those of the processes that carried them out.
void write_events(fs::path const& metrics, fs::path const& to) {
  std::ifstream in(metrics);
  std::ofstream out(to);
  for (std::string line; std::getline(in, line);)
    if (auto const event = nlohmann::json::parse(line).value("event", ""); event != "session" && event != "reused")
      out << line << "\n";
  out.close();
  if (!out) fail_io("cannot write " + to.string());
}

//! A damaged one is made anew, as if it were not there.
bool is_whole(fs::path const& kept) {
  if (!fs::exists(kept)) return false;
  try {
    check_whole(kept);
    return true;
  } catch (Error const& e) {
    if (e.status() == ExitStatus::io) throw;
    warn(std::string("passing over a kept stage: ") + e.what());
    return false;
  }
}

}  // namespace

StageStore::StageStore(RunContext& run, std::vector<StagePlan> const& stages, ResolvedConfig const& config)
    : run_(run), stages_(stages), config_(config) {
  if (idle()) return;
  if (run.options.model.preset == model::Preset::none)
    weights_ = to_hex(hash_file(run.options.model.path / "model.safetensors"));
  if (run.options.model.heads == Heads::reuse)
    weights_ += to_hex(hash_file(run.options.model.path / "heads.safetensors"));
  if (run.comm.rank() == 0) make_directory(run.options.run.reuse);
}

std::string StageStore::fingerprint(std::size_t stages) const {
  return stage_fingerprint(run_, {stages_.begin(), stages_.begin() + static_cast<std::ptrdiff_t>(stages)}, config_.ini,
                           weights_);
}

fs::path StageStore::place(std::size_t stages) const {
  return run_.options.run.reuse / (stages_[stages - 1].name + "-" + fingerprint(stages));
}

void StageStore::begin(Progression& p) const {
  if (!idle() && p.step == 0) p.origins[p.stage_name] = fingerprint(p.stage + 1);
}

//! Not where a stage was begun on other ranks, or by another release, than ended it.
bool StageStore::is_true_to(Progression const& p) const {
  for (std::size_t i = 0; i < p.stage; ++i) {
    auto const origin = p.origins.find(stages_[i].name);
    if (!is_idle(stages_[i], run_.model) && (origin == p.origins.end() || origin->second != fingerprint(i + 1)))
      return false;
  }
  return true;
}

void StageStore::keep(Progression const& p) const {
  if (idle() || run_.comm.rank() != 0 || !is_true_to(p)) return;
  fs::path const to = place(p.stage);
  try {
    LockFile const lock(to.string() + ".lock", std::chrono::milliseconds(0));  // several runs may end a stage at once
    if (!is_whole(to)) write(to, p);
  } catch (std::exception const& e) {
    warn("what stage " + stages_[p.stage - 1].name + " gave is not kept by this run: " + e.what());
  }
}

void StageStore::write(fs::path const& place, Progression const& p) const {
  write_checkpoint(place, p, run_.model.parameters, nullptr, [&](fs::path const& temporary) {
    write_events(run_.directory.metrics(), temporary / events_name);
    if (p.best.step >= 0) write_best(temporary / best_name);
  });
  log("kept what stage " + stages_[p.stage - 1].name + " gave in " + place.string());
}

void StageStore::write_best(fs::path const& path) const {
  at::Tensor const values = run_.best_values.cpu();
  std::map<std::string, model::StoredTensor> tensors;
  std::vector<at::Tensor> alive;
  for (auto const& parameter : run_.model.parameters.layout().parameters()) {
    alive.push_back(model::ParameterSet::stretch(values, parameter.offset, parameter.shape));
    tensors["value/" + parameter.name] = model::store(alive.back());
  }
  model::write_safetensors(path, tensors, {});
}

//! Looked for by rank 0, from the deepest on.
fs::path StageStore::find() const {
  std::string path;
  if (!idle() && run_.comm.rank() == 0)
    for (std::size_t stages = stages_.size() - 1; stages > 0 && path.empty(); --stages)
      if (is_whole(place(stages))) path = place(stages).string();
  return comm::broadcast_text(run_.comm, path);
}

bool StageStore::take(Progression& p) {
  fs::path const kept = find();
  if (kept.empty()) return false;
  p = load_progression(kept);
  if (p.best.step >= 0) {
    load(kept / best_name, p.stage);
    run_.best_values = run_.model.parameters.values().clone();
    if (run_.comm.rank() == 0) export_best(run_, p.best);
  }
  load(kept / "tensors.safetensors", p.stage);
  log("took what stage " + stages_[p.stage - 1].name + " gave from " + kept.string());
  if (run_.comm.rank() == 0) append_events(kept);
  return true;
}

//! Only what these stages trained: another task's head begins as this run's seed says.
void StageStore::load(fs::path const& path, std::size_t stages) {
  model::SafetensorsFile const file(path);
  auto const& layout = run_.model.parameters.layout();
  for (std::size_t i = 0; i < layout.parameters().size(); ++i) {
    auto const& parameter = layout.parameters()[i];
    if (!is_trained(layout.segments()[parameter.segment], stages)) continue;
    auto const found = file.tensors().find("value/" + parameter.name);
    if (found == file.tensors().end())
      fail_data(path.string() + " lacks the tensor value/" + parameter.name + "; remove " +
                path.parent_path().string());
    at::NoGradGuard no_grad;
    model::load_into(found->second, found->first, run_.model.parameters[i].detach());
  }
}

bool StageStore::is_trained(model::Segment const& segment, std::size_t stages) const {
  if (segment.owner != model::Owner::task_head) return true;
  for (std::size_t i = 0; i < stages; ++i)
    for (Task const* task : tasks_of(stages_[i], run_.tasks))
      if (segment.name == "head." + task->head) return true;
  return false;
}

void StageStore::append_events(fs::path const& kept) const {
  std::ifstream in(kept / events_name);
  for (std::string line; std::getline(in, line);) run_.log->write(nlohmann::ordered_json::parse(line));
  run_.log->write({{"event", "reused"}, {"from", fs::absolute(kept).string()}});
}

}  // namespace tartan::train
