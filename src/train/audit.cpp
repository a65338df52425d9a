#include "open_run.hpp"
#include "stage.hpp"
#include "trained_weights.hpp"
#include "warm_up.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/absorb.hpp>
#include <tartan/train/audit.hpp>
#include <tartan/train/draws.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tartan::train {
namespace {

constexpr std::int64_t moment_steps = 10;  // AdamW forgets over 1 / (1 - beta2) = 50 steps; v is corrected for fewer

LookAheadOptions look_ahead_options(Options const& o, double lr) {
  LookAheadOptions result;
  result.probe = o.probe;
  result.probe.every = 1;  // each step that is looked at has a probe of its own
  result.probe.stale = false;
  result.probe.adamw = result.adamw = o.train.adamw;
  result.dropout = o.train.dropout;
  result.lr = lr;
  return result;
}

//! The end task first.
std::vector<Task const*> all_tasks(std::vector<Task> const& tasks) {
  std::vector<Task const*> result = {end_task(tasks)};
  for (Task const& task : tasks)
    if (&task != result.front()) result.push_back(&task);
  return result;
}

//! Steps beyond those that are looked at.
std::vector<StepInputs> moment_inputs(Draws const& draws, std::int64_t first) {
  std::vector<StepInputs> result;
  for (std::int64_t step = first; step < first + moment_steps; ++step) result.push_back(draws.at(step));
  return result;
}

//! The weights that are audited, and AdamW's moments where they have any.
TrainedWeights prepare(RunContext& run, std::vector<StagePlan> const& stages,
                       std::optional<std::filesystem::path> const& path) {
  if (path) return read_trained_weights(*path, run.model);
  if (run.options.model.preset != model::Preset::none)
    fail_usage(
        "model.preset starts an encoder from nothing, whose gradients mean nothing; audit a run that has trained it");
  warm_up_mlm_head(run, stages);
  return {run.options.model.path.string(), std::nullopt};
}

double body_norm(model::ParameterSet const& parameters) {
  return std::sqrt(model::square_sum(parameters.values().narrow(0, 0, parameters.layout().body_size())));
}

Audit look_ahead(RunContext& run, TrainedWeights weights, std::int64_t steps, double lr) {
  Options const& o = run.options;
  LookAheadOptions const look = look_ahead_options(o, lr);
  auto const tasks = all_tasks(run.tasks);
  auto const seen_as = step_tasks(tasks);
  Draws const draws(tasks, tasks.front(), true, look.probe, o.train.micro_batches,
                    Key(static_cast<std::uint64_t>(o.run.seed)).with("audit"), /*rank=*/0, /*ranks=*/1);
  Audit result{weights.from,
               o.model.precision == model::Precision::fp64 ? "fp64" : "fp32",
               weights.moments.has_value(),
               {},
               {},
               body_norm(run.model.parameters),
               std::numeric_limits<std::int64_t>::max()};
  for (auto const* task : tasks) result.tasks.push_back({task->name(), {}});
  if (!weights.moments) weights.moments = second_moments_at(run.model, seen_as, moment_inputs(draws, steps), look);
  LookAhead ahead(run.model, seen_as, seen_as.front(), look, *weights.moments);
  Progress progress("audit", steps, true);
  for (std::int64_t step = 0; step < steps; ++step) {
    StepInputs const inputs = draws.at(step);
    data::PackedBatch const others = draws.unprobed(inputs.probe.value(), step);
    result.least_others = std::min(result.least_others, others.num_examples());
    auto const found = ahead.step(inputs, others, draws.head_start(step));
    for (std::size_t i = 0; i < found.size(); ++i) result.tasks[i].steps.push_back(found[i]);
    result.dev_losses.push_back(ahead.dev_loss());
    progress.update(step + 1, "");
  }
  progress.clear();
  return result;
}

Change select(LookedAhead const& step, Foretold what) {
  switch (what) {
    case Foretold::plain:
      return step.plain;
    case Foretold::adam:
      return step.adam;
    case Foretold::plain_on_others:
      return step.plain_on_others;
    case Foretold::adam_on_others:
      return step.adam_on_others;
    case Foretold::plain_for_adam:
      return step.plain_for_adam;
  }
  fail_bug("no change of that kind");
}

}  // namespace

std::vector<Change> changes(AuditedTask const& task, Foretold what) {
  std::vector<Change> result;
  for (auto const& step : task.steps) result.push_back(select(step, what));
  return result;
}

std::vector<Change> changes(Audit const& audit, Foretold what) {
  std::vector<Change> result;
  for (auto const& task : audit.tasks)
    for (auto const& step : task.steps) result.push_back(select(step, what));
  return result;
}

Audit audit(Options const& options, std::vector<StagePlan> const& stages,
            std::optional<std::filesystem::path> const& path, std::int64_t steps, double lr,
            comm::Communicator& world) {
  if (std::ranges::find(options.tasks, Role::end, &TaskOptions::role) == options.tasks.end())
    fail_usage("no task has role = end, so there is no dev loss to look at; say which one has");
  auto begin = warm_ups(stages);
  begin.push_back(probing_stage());
  Opened const opened = open_run(options, begin, world);
  comm::Timed comm(opened.gpus ? *opened.gpus : world);
  RunContext run{options, *opened.model, opened.tasks, comm, RunDirectory(options.run.output), nullptr, nullptr, {}};
  return look_ahead(run, prepare(run, stages, path), steps, lr);
}

}  // namespace tartan::train
