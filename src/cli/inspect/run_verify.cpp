#include "run_verify.hpp"

#include "model_verify.hpp"
#include "run_events.hpp"
#include "run_settings.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/json_file.hpp>
#include <tartan/core/problems.hpp>
#include <tartan/train/checkpoint.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

constexpr char const* way_out = "go on with tartan train --resume, or restore it from a copy";

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

}  // namespace

nlohmann::json read_run_json(train::RunDirectory const& run) {
  fs::path const path = run.run_json();
  if (!fs::exists(path)) return nlohmann::json::object();
  auto json = read_json_file(path, way_out);
  if (!json.is_object()) fail_data(path.string() + " is no JSON object; " + way_out);
  return json;
}

std::size_t verify_run(train::RunDirectory const& run) {
  Problems problems;
  problems.attempt([&] { read_run_settings(run.config()); });
  problems.attempt([&] { read_run_json(run); });
  problems.attempt([&] { check_metrics(run); });
  problems.attempt([&] { check_best(run); });
  auto const checkpoints = train::checkpoints_by_age(run.checkpoints());
  for (auto const& checkpoint : checkpoints) problems.attempt([&] { train::check_whole(checkpoint); });
  problems.refuse_any("parts of " + run.path().string(), way_out);
  return checkpoints.size();
}

}  // namespace tartan::cli
