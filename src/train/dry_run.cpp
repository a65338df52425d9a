#include "evaluation_forecast.hpp"
#include "open_run.hpp"
#include "run_json.hpp"
#include "stage.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/process.hpp>
#include <tartan/train/dry_run.hpp>

#include <ATen/Parallel.h>

#include <algorithm>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t looked_at_steps = 16;  // for the share of padding

//! What batches padded to their longest sequence would hold beside these sequences.
struct Padding {
  double real = 0, padded = 0;
  void add(data::PackedBatch const& batch) {
    auto const& starts = batch.encoder.sequence_starts;
    std::int64_t longest = 0;
    for (std::size_t s = 0; s + 1 < starts.size(); ++s)
      longest = std::max<std::int64_t>(longest, starts[s + 1] - starts[s]);
    real += static_cast<double>(batch.encoder.num_tokens());
    padded += static_cast<double>(longest) * static_cast<double>(starts.size() - 1);
  }
  double share() const { return padded > 0 ? 1 - real / padded : 0; }
};

//! Over the whole batches of the first steps, as a program without packing would form them.
std::vector<TaskForecast> task_forecasts(RunContext const& run, StagePlan const& plan, std::int64_t steps) {
  auto const tasks = tasks_of(plan, run.tasks);
  Key const key = stage_key(run.options, plan);
  Draws const draws(tasks, end_task(run.tasks), false, {}, run.options.train.micro_batches, key, 0, 1,
                    mixture_of(plan, tasks, key), turns_of(plan, tasks));
  std::vector<Padding> paddings(tasks.size());
  std::int64_t const stride = plan.turns ? plan.options.external_steps : 1;  // which meets both kinds of step
  for (std::int64_t step = 0; step < std::min(steps, looked_at_steps); ++step) {
    StepInputs const inputs = draws.at(step * stride);
    for (std::size_t i = 0; i < tasks.size(); ++i)
      for (auto const& batch : inputs.batches[i]) paddings[i].add(batch);
  }
  std::vector<TaskForecast> result;
  for (std::size_t i = 0; i < tasks.size(); ++i)
    result.push_back(
        {tasks[i]->name(), tasks[i]->num_examples(), tasks[i]->dev ? tasks[i]->dev->size() : 0, paddings[i].share()});
  return result;
}

std::int64_t num_evaluations(StagePlan const& plan, Stage const& stage) {
  if (!plan.end_task && !plan.members) return 0;
  if (stage.evaluate_every() == 0) return 1;
  return (stage.num_steps() + stage.evaluate_every() - 1) / stage.evaluate_every();
}

//! A step's mean where tasks take turns, from one of each kind.
BenchResult bench_turns(Stage& stage, StagePlan const& plan) {
  std::int64_t const external = plan.options.external_steps;  // the end task's first turn is this step
  BenchResult result = stage.bench(1, 1, external);
  BenchResult const own = stage.bench(0, 1, external);
  double const share = 1 / static_cast<double>(external + 1);
  double& seconds = result.step_seconds.front();
  seconds += share * (own.step_seconds.front() - seconds);
  result.tokens += share * (own.tokens - result.tokens);
  return result;
}

StageForecast forecast(RunContext& run, StagePlan const& plan, EvaluationTimes& times) {
  StageForecast result;
  Progression p;
  Stage stage(run, plan, p, std::nullopt);
  BenchResult const bench = plan.turns ? bench_turns(stage, plan) : stage.bench(1, 1);
  result.name = plan.name;
  result.steps = stage.num_steps();
  result.evaluations = num_evaluations(plan, stage);
  result.evaluation_seconds = result.evaluations > 0 ? times.of(evaluated_tasks(plan, run.tasks)) : 0;
  result.step_seconds = bench.step_seconds.front();
  result.tokens_per_step = bench.tokens + comm::sum_of(run.comm, bench.probe_tokens);
  result.tasks = task_forecasts(run, plan, result.steps);
  return result;
}

//! Of the file system that will hold the run, though its directory need not be there yet.
double free_bytes(fs::path const& path) {
  std::error_code code;
  fs::space_info const space = fs::space(nearest_existing(path), code);
  return code ? 0 : static_cast<double>(space.available);
}

//! Whether it holds this run.
bool look_at_output(Options const& o, ResolvedConfig const& config, Resume resume) {
  RunDirectory const run(o.run.output);
  bool const fresh = RunDirectory::look(o.run.output, resume, config) == RunDirectory::State::fresh;
  check_can_make(o.run.output, "run.output");
  if (!o.run.reuse.empty()) check_can_make(o.run.reuse, "run.reuse");
  if (auto const holder = lock_holder(run.lock()))
    fail_usage(run.path().string() + " is in use by " + to_text(*holder) +
               "; wait until it ends, or name another run.output");
  return !fresh;
}

void add_memory(Forecast& result, comm::Communicator& comm) {
  result.memory_mb = comm::sum_of(comm, peak_memory_mb());
  result.most_memory_mb = largest_peak_memory_mb(comm);
}

//! Kept checkpoints with the best model of each and one more being written; values, two moments, twice with three
//! levels, with probe.stale a direction of the body; an export is values.
void add_disk(Forecast& result, RunContext const& run, std::vector<StagePlan> const& stages) {
  at::Tensor const& values = run.model.parameters.values();
  double const bytes = static_cast<double>(values.numel()) * static_cast<double>(values.element_size());
  double const body = static_cast<double>(body_size(run.model.parameters.layout(), run.options.weighting.body)) /
                      static_cast<double>(values.numel());
  double const sets = std::ranges::any_of(stages, has_three_levels) ? 2 : 1;
  result.checkpoint_bytes = (3 * sets + (run.options.probe.stale ? body : 0)) * bytes;
  result.disk_bytes = static_cast<double>(kept_checkpoints + 1) * (result.checkpoint_bytes + bytes);
  result.free_bytes = free_bytes(run.options.run.output);
}

}  // namespace

double Forecast::seconds() const {
  double sum = 0;
  for (auto const& s : stages)
    sum += static_cast<double>(s.steps) * s.step_seconds + static_cast<double>(s.evaluations) * s.evaluation_seconds;
  return sum;
}

Forecast dry_run(Options const& options, std::vector<StagePlan> const& stages, ResolvedConfig const& config,
                 Resume resume, comm::Communicator& world) {
  bool const goes_on = world.rank() == 0 && look_at_output(options, config, resume);
  Opened const opened = open_run(options, stages, world);
  comm::Timed comm(opened.gpus ? *opened.gpus : world);
  RunContext run{options, *opened.model, opened.tasks, comm, RunDirectory(options.run.output), nullptr, nullptr, {}};
  run.best_values = run.model.parameters.values().clone();  // a run keeps them in memory too
  Forecast result;
  result.goes_on = goes_on;
  EvaluationTimes times(run);
  for (auto const& plan : stages)
    if (!is_idle(plan, run.model)) result.stages.push_back(forecast(run, plan, times));
  result.ranks = comm.size();
  result.threads_per_rank = at::get_num_threads();
  result.device = run.model.parameters.values().device().str();
  result.parameters = static_cast<double>(run.model.parameters.values().numel());
  add_memory(result, comm);
  add_disk(result, run, stages);
  return result;
}

}  // namespace tartan::train
