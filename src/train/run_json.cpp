#include "run_json.hpp"

#include <tartan/comm/mpi.hpp>
#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/process.hpp>

#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <tartan_commit.hpp>

namespace tartan::train {

using namespace nlohmann::literals;

double largest_peak_memory_mb(comm::Communicator& comm) {
  double most = peak_memory_mb();
  comm.all_reduce(&most, 1, comm::Type::float64, comm::Op::max).wait();
  return most;
}

nlohmann::ordered_json result_json(Progression const& p, double largest_peak_mb) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  double const seconds = finished_seconds(p);
  double tokens = 0, probe_tokens = 0;
  for (auto const& s : p.finished) {
    stages.push_back({{"stage", s.stage},
                      {"step", s.step},
                      {"reason", s.reason},
                      {"best_step", s.watch.best_step},
                      {"best", s.watch.best},
                      {"seconds", s.seconds},
                      {"real_tokens", s.real_tokens},
                      {"probe_tokens", s.probe_tokens}});
    tokens += s.real_tokens;
    probe_tokens += s.probe_tokens;
  }
  return {{"status", "finished"},
          {"kept_stage", p.best.stage},
          {"kept_step", p.best.step},
          {"dev", p.best.metrics},
          {"stages", stages},
          {"seconds", seconds},
          {"real_tokens", tokens},
          {"probe_tokens", probe_tokens},
          {"real_tokens_per_second", seconds > 0 ? tokens / seconds : 0},
          {"peak_memory_mb", peak_memory_mb()},
          {"largest_rank_peak_memory_mb", largest_peak_mb}};
}

namespace {

//! SLURM_JOB_ID and its like, where Slurm started us.
nlohmann::ordered_json slurm_ids() {
  nlohmann::ordered_json ids;
  for (char const* name : {"SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT"})
    if (char const* const value = std::getenv(name)) ids[name] = value;
  return ids;
}

nlohmann::ordered_json facts_of(data::Dataset const& dataset) {
  return {{"examples", dataset.size()}, {"xxh3", dataset.fingerprint()}};
}

nlohmann::ordered_json data_json(Task const& task) {
  nlohmann::ordered_json json = {
      {"examples", task.train.size()}, {"tokens", task.train.num_tokens()}, {"xxh3", task.train.fingerprint()}};
  if (task.part) json["used"] = task.num_examples();
  if (auto const& labels = task.train.info().label_names; !labels.empty()) json["labels"] = labels;
  if (task.dev) json["dev"] = facts_of(*task.dev);
  if (task.probe) json["probe"] = facts_of(*task.probe);
  return json;
}

//! "2026-11-25T01:02:03Z".
std::string utc_now() {
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace

nlohmann::ordered_json session_json(RunContext const& run, std::optional<std::filesystem::path> const& checkpoint) {
  nlohmann::ordered_json json = {
      {"event", "session"}, {"time", utc_now()}, {"host", host_name()}, {"ranks", run.comm.size()}};
  json["resumed_from"] = checkpoint ? nlohmann::ordered_json(checkpoint->filename().string()) : nullptr;
  return json;
}

void write_run_json(RunContext const& run, nlohmann::ordered_json const& result) {
  nlohmann::ordered_json json = {{"program", "tartan"},
                                 {"version", TARTAN_VERSION},
                                 {"commit", TARTAN_COMMIT},
                                 {"libraries", {{"torch", TORCH_VERSION}, {"mpi", comm::mpi_version()}}},
                                 {"host", host_name()},
                                 {"ranks", run.comm.size()},
                                 {"threads_per_rank", at::get_num_threads()},
                                 {"device", run.model.parameters.values().device().str()},
                                 {"seed", run.options.run.seed},
                                 {"recipe", run.options.run.recipe}};
  if (auto const slurm = slurm_ids(); !slurm.is_null()) json["slurm"] = slurm;
  for (auto const& t : run.tasks) json["data"][t.name()] = data_json(t);
  if (!result.is_null()) json["result"] = result;
  write_file_atomically(run.directory.run_json(), json.dump(1) + "\n");
}

void check_same_data(RunContext const& run) {
  std::ifstream in(run.directory.run_json());
  auto const before = nlohmann::json::parse(in, nullptr, false);
  if (!before.is_object() || !before.contains("data")) return;  // ended before it had written what it reads
  for (auto const& t : run.tasks) {
    auto const found = before["data"].find(t.name());
    auto const now = data_json(t);
    bool const same = found != before["data"].end() && found->value("xxh3", "") == now["xxh3"] &&
                      (!t.dev || found->value("/dev/xxh3"_json_pointer, "") == now["dev"]["xxh3"]);
    bool const same_probe = !t.probe || !same || found->value("/probe/xxh3"_json_pointer, "") == now["probe"]["xxh3"];
    if (!same_probe)
      fail_usage("the run in " + run.directory.path().string() + " was started with other data in probe.data than " +
                 t.probe->files().front().string() + " holds now; restore it, or name another run.output");
    if (!same)
      fail_usage("the run in " + run.directory.path().string() + " was started with other data of task " + t.name() +
                 " than " + t.options.data.string() + " holds now; restore them, or name another run.output");
  }
}

}  // namespace tartan::train
