#include "run_events.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/json_file.hpp>

#include <cerrno>
#include <cmath>
#include <fstream>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

double number(Json const& event, char const* key) {
  auto const found = event.find(key);
  return found != event.end() && found->is_number() ? found->get<double>() : std::nan("");
}

std::string text(Json const& event, char const* key) {
  auto const found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : "";
}

//! The numbers of an object within the event.
std::map<std::string, double> numbers(Json const& event, char const* key) {
  std::map<std::string, double> result;
  auto const found = event.find(key);
  if (found == event.end() || !found->is_object()) return result;
  for (auto const& [name, value] : found->items())
    if (value.is_number()) result[name] = value.get<double>();
  return result;
}

Facts& stage_of(RunEvents& events, Json const& event) {
  std::string const name = text(event, "stage");
  if (events.stages.empty() || events.stages.back()["stage"] != name || !events.stages.back()["reason"].is_null())
    events.stages.push_back({{"stage", name},
                             {"step", 0},
                             {"reason", nullptr},
                             {"seconds", 0.0},
                             {"real_tokens", 0.0},
                             {"probe_tokens", nullptr},  // told at the end
                             {"best", nullptr},
                             {"best_step", nullptr}});
  return events.stages.back();
}

void add_to(Facts& sum, double more) {
  if (std::isfinite(more)) sum = sum.get<double>() + more;
}

std::int64_t step_of(Json const& event) {
  double const step = number(event, "step");
  return step >= 0 && step < 1e15 ? static_cast<std::int64_t>(step) : 0;
}

void take_step(RunEvents& events, Json const& event) {
  Facts& stage = stage_of(events, event);
  stage["step"] = step_of(event);
  add_to(stage["seconds"], number(event, "step_seconds"));
  add_to(stage["real_tokens"], number(event, "real_tokens"));
  auto const weights = numbers(event, "weights");
  if (weights.size() < 2) return;
  if (std::string const name = text(event, "stage"); name != events.weights_stage) {
    events.weights_stage = name;
    events.first_weights = weights;
  }
  events.last_weights = weights;
}

void take_evaluation(RunEvents& events, Json const& event) {
  events.last_evaluation = {{"stage", text(event, "stage")},
                            {"step", step_of(event)},
                            {"loss", number(event, "loss")},
                            {"metrics", numbers(event, "metrics")}};
  auto const best = event.find("best");
  if (best != event.end() && *best == true) events.kept = events.last_evaluation;
}

void take_stage_end(RunEvents& events, Json const& event) {
  Facts& stage = stage_of(events, event);
  stage["step"] = step_of(event);
  stage["reason"] = text(event, "reason");
  if (double const seconds = number(event, "seconds"); std::isfinite(seconds)) stage["seconds"] = seconds;
  if (double const tokens = number(event, "real_tokens"); std::isfinite(tokens)) stage["real_tokens"] = tokens;
  if (double const tokens = number(event, "probe_tokens"); std::isfinite(tokens)) stage["probe_tokens"] = tokens;
  if (double const step = number(event, "best_step"); !(step >= 0 && step < 1e15)) return;
  stage["best"] = number(event, "best");
  stage["best_step"] = static_cast<std::int64_t>(number(event, "best_step"));
}

bool take_line(RunEvents& events, std::string const& line) {
  Json event;
  try {
    event = parse_json(line, "line", "");
  } catch (Error const&) {
    return false;
  }
  if (!event.is_object()) return false;
  std::string const kind = text(event, "event");
  if (kind == "step") take_step(events, event);
  if (kind == "evaluation") take_evaluation(events, event);
  if (kind == "stage_end") take_stage_end(events, event);
  return true;
}

}  // namespace

RunEvents read_events(fs::path const& metrics) {
  RunEvents events;
  if (!fs::exists(metrics)) return events;
  errno = 0;
  std::ifstream in(metrics, std::ios::binary);
  if (!in) fail_io("cannot read " + metrics.string());
  events.bytes = fs::file_size(metrics);
  for (std::string line; std::getline(in, line);) {
    ++events.lines;
    if (!take_line(events, line)) events.bad_lines.push_back(events.lines);
  }
  if (in.bad()) fail_io("cannot read " + metrics.string());
  return events;
}

}  // namespace tartan::cli
