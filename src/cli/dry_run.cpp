#include "commands.hpp"
#include "units.hpp"

#include <tartan/core/joined.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/dry_run.hpp>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace tartan::cli {
namespace {

using train::Forecast;
using train::StageForecast;

std::string tokens_text(StageForecast const& stage) {
  return joined(stage.tasks, [](auto const& task) { return task.name + " " + percent_text(task.padding_share); });
}

std::string plural(std::int64_t count, std::string const& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void print_stage(StageForecast const& s) {
  std::printf("stage %s: up to %s and %s, %.3g s a step (%.0f real tokens, %.0f/s), %.3g s an evaluation\n",
              s.name.c_str(), plural(s.steps, "step").c_str(), plural(s.evaluations, "evaluation").c_str(),
              s.step_seconds, s.tokens_per_step, s.tokens_per_step / s.step_seconds, s.evaluation_seconds);
  std::printf("  padding that packing saves: %s\n", tokens_text(s).c_str());
}

void print(Forecast const& f, train::RunOptions const& run) {
  std::printf("%s on %s, %s each; %.1f M parameters; output %s (%s)\n", plural(f.ranks, "rank").c_str(),
              f.device.c_str(), plural(f.threads_per_rank, "thread").c_str(), f.parameters / 1e6, run.output.c_str(),
              f.goes_on ? "holds this run" : "new");
  for (auto const& stage : f.stages) print_stage(stage);
  std::printf("host memory: %s (largest rank %s)\n", bytes_text(f.memory_mb * mb).c_str(),
              bytes_text(f.most_memory_mb * mb).c_str());
  std::printf("disk: up to %s (a checkpoint is %s), %s free\n", bytes_text(f.disk_bytes).c_str(),
              bytes_text(f.checkpoint_bytes).c_str(), bytes_text(f.free_bytes).c_str());
  std::int64_t steps = 0;
  for (auto const& stage : f.stages) steps += stage.steps;
  double const limit = run.max_minutes * 60;
  bool const limited = limit > 0 && limit < f.seconds();
  std::printf("in all: up to %s in %s%s\n", plural(steps, "step").c_str(),
              duration_text(limited ? limit : f.seconds()).c_str(),
              limited ? " (run.max_minutes)" : ", less where patience ends a stage");
}

nlohmann::ordered_json to_json(StageForecast const& s) {
  nlohmann::ordered_json tasks;
  for (auto const& t : s.tasks)
    tasks[t.name] = {{"examples", t.examples}, {"dev_examples", t.dev_examples}, {"padding_share", t.padding_share}};
  return {{"stage", s.name},
          {"steps", s.steps},
          {"evaluations", s.evaluations},
          {"step_seconds", s.step_seconds},
          {"evaluation_seconds", s.evaluation_seconds},
          {"real_tokens_per_step", s.tokens_per_step},
          {"tasks", tasks}};
}

nlohmann::ordered_json to_json(Forecast const& f) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  for (auto const& s : f.stages) stages.push_back(to_json(s));
  return {{"ranks", f.ranks},
          {"threads_per_rank", f.threads_per_rank},
          {"device", f.device},
          {"parameters", f.parameters},
          {"stages", stages},
          {"seconds", f.seconds()},
          {"memory_mb", f.memory_mb},
          {"largest_rank_memory_mb", f.most_memory_mb},
          {"checkpoint_bytes", f.checkpoint_bytes},
          {"disk_bytes", f.disk_bytes},
          {"free_bytes", f.free_bytes}};
}

}  // namespace

ExitStatus dry_run(recipe::Plan const& plan, train::Resume resume, bool json, comm::Communicator& comm) {
  Forecast const f = train::dry_run(plan.options, plan.stages, plan.resolved, resume, comm);
  if (comm.rank() != 0) return ExitStatus::done;
  if (json)
    std::printf("%s\n", to_json(f).dump().c_str());
  else
    print(f, plan.options.run);
  if (f.free_bytes < f.disk_bytes)
    warn("the run may need " + bytes_text(f.disk_bytes) + " on the disk of " + plan.options.run.output.string() +
         ", where " + bytes_text(f.free_bytes) + " are free; make room, or name another run.output");
  log("dry run: every file opened, every kind of step done once, nothing written");
  return ExitStatus::done;
}

}  // namespace tartan::cli
