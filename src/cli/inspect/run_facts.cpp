#include "progression_facts.hpp"
#include "run_events.hpp"
#include "run_settings.hpp"
#include "subjects.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/json_file.hpp>
#include <tartan/core/problems.hpp>
#include <tartan/train/run_directory.hpp>

#include <chrono>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

constexpr char const* way_out = "go on with tartan train --resume, or restore it from a copy";

//! run.json, or an empty object before the run has written it.
nlohmann::json read_run_json(fs::path const& path) {
  if (!fs::exists(path)) return nlohmann::json::object();
  auto json = read_json_file(path, way_out);
  if (!json.is_object()) fail_data(path.string() + " is no JSON object; " + way_out);
  return json;
}

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

//! A stop by signal saves all that metrics.jsonl holds; a run that goes on writes beyond its newest checkpoint.
std::string state_of(nlohmann::json const& run_json, Facts const& checkpoints, RunEvents const& events) {
  if (run_json.contains("result")) return "finished";
  bool const saved = !checkpoints.empty() && checkpoints.back().contains("metrics_bytes") &&
                     checkpoints.back()["metrics_bytes"] == events.bytes;
  return saved ? "stopped" : "running or killed";
}

std::uint64_t bytes_below(fs::path const& path) {
  if (fs::is_symlink(path)) return 0;
  if (fs::is_regular_file(path)) return fs::file_size(path);
  std::uint64_t bytes = 0;
  if (fs::is_directory(path))
    for (auto const& entry : fs::recursive_directory_iterator(path))  // follows no link
      if (!entry.is_symlink() && entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

Facts disk_use(fs::path const& directory) {
  std::map<std::string, std::uint64_t> entries;
  for (auto const& entry : fs::directory_iterator(directory))
    entries[entry.path().filename().string()] = bytes_below(entry.path());
  return entries;
}

//! UTC, of the newest of the files that a run writes as it goes.
Facts last_written(train::RunDirectory const& run) {
  std::optional<fs::file_time_type> newest;
  for (auto const& path : {run.metrics(), run.run_json(), run.config()})
    if (fs::exists(path)) newest = std::max(newest.value_or(fs::file_time_type::min()), fs::last_write_time(path));
  if (!newest) return nullptr;
  std::time_t const seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(std::chrono::file_clock::to_sys(*newest)));
  std::tm parts{};
  char text[32];
  return ::gmtime_r(&seconds, &parts) != nullptr && std::strftime(text, sizeof text, "%FT%TZ", &parts) > 0 ? Facts(text)
                                                                                                           : Facts();
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
    if (data != run_json.end() && data->is_object() && data->contains(t.name))
      for (char const* key : {"examples", "tokens"}) task[key] = value_of((*data)[t.name], key);
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

void check_best(train::RunDirectory const& run) {
  if (!fs::exists(fs::symlink_status(run.best()))) return;  // nothing was evaluated yet
  if (!fs::is_symlink(run.best())) fail_data(run.best().string() + " is no link to one of exports/");
  if (!fs::is_directory(run.best()))
    fail_data(run.best().string() + " points at " + fs::read_symlink(run.best()).string() + ", which is missing");
  verify_model(run.best());
}

void check_metrics(train::RunDirectory const& run) {
  RunEvents const events = read_events(run.metrics());
  if (events.bad_lines.empty()) return;
  fail_data(run.metrics().string() + " line " + std::to_string(events.bad_lines.front()) + " is no JSON object" +
            (events.bad_lines.size() > 1 ? " (nor are " + std::to_string(events.bad_lines.size() - 1) + " more)" : ""));
}

std::size_t verify_run(train::RunDirectory const& run) {
  Problems problems;
  problems.attempt([&] { read_run_settings(run.config()); });
  problems.attempt([&] { read_run_json(run.run_json()); });
  problems.attempt([&] { check_metrics(run); });
  problems.attempt([&] { check_best(run); });
  auto const checkpoints = train::checkpoints_by_age(run.checkpoints());
  for (auto const& checkpoint : checkpoints) problems.attempt([&] { train::check_whole(checkpoint); });
  problems.refuse_any("parts of " + run.path().string(), way_out);
  return checkpoints.size();
}

}  // namespace

Facts run_facts(Request const& request) {
  train::RunDirectory const run(request.path);
  std::size_t const verified_checkpoints = request.verify ? verify_run(run) : 0;
  RunSettings const settings = read_run_settings(run.config());
  nlohmann::json const run_json = read_run_json(run.run_json());
  RunEvents const events = read_events(run.metrics());
  Facts const checkpoints = checkpoint_list(run.checkpoints());
  Facts facts = {{"what", "run"},
                 {"path", request.path.string()},
                 {"recipe", settings.recipe},
                 {"seed", settings.seed},
                 {"model", settings.model},
                 {"state", state_of(run_json, checkpoints, events)},
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
