#include "stage.hpp"

#include "open_run.hpp"
#include "stage_weighting.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/compat.hpp>
#include <tartan/train/stop_signal.hpp>

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <utility>

namespace tartan::train {
namespace {

//! Whether weights follow once per epoch.
bool looks_apart(StagePlan const& plan, Options const& options) {
  bool const by_end_task = plan.weighting == WeightingKind::tawt || plan.weighting == WeightingKind::dga;
  return by_end_task && options.weighting.looks == Looks::epoch;
}

//! Whether the end task's weight is 0 and stays so: the encoder does not learn from it, its head does.
bool only_judges(StagePlan const& plan, Options const& options) {
  bool const stays = plan.weighting == WeightingKind::fixed || plan.weighting == WeightingKind::tawt ||
                     plan.weighting == WeightingKind::dga;
  return plan.end_task && plan.auxiliaries && stays &&
         std::ranges::any_of(options.tasks, [](TaskOptions const& t) { return t.role == Role::end && t.weight == 0; });
}

StepOptions step_options(StagePlan const& plan, Options const& options) {
  StepOptions result;
  result.placement = options.weighting.placement;
  result.body = options.weighting.body;
  result.log_layers = options.weighting.log_layers;
  result.fuse = options.train.fuse_tasks;
  result.dropout = options.train.dropout;
  result.freeze_body = plan.body_frozen;
  result.looks_apart = looks_apart(plan, options);
  result.first_only_judges = only_judges(plan, options);
  result.probe = probe_options(plan, options);
  result.probe.adamw = options.train.adamw;
  apply_compat(options.train.compat, result);
  return result;
}

std::int64_t num_tokens(ProbeInputs const& probe) {
  std::int64_t sum = probe.head.encoder.num_tokens() + probe.gradient.encoder.num_tokens();
  for (auto const& batch : probe.further) sum += batch.encoder.num_tokens();
  return sum;
}

}  // namespace

Stage::Stage(RunContext& run, StagePlan const& plan, Progression& progression,
             std::optional<std::filesystem::path> const& checkpoint)
    : run_(run),
      plan_(plan),
      p_(progression),
      tasks_(tasks_of(plan, run.tasks)),
      end_(end_task(run.tasks)),
      steps_at_rate_0_(train::steps_at_rate_0(plan, run.options)),
      total_steps_(total_steps(plan, tasks_) + steps_at_rate_0_),
      evaluate_every_(evaluation_interval(plan, tasks_)),
      optimizer_(run.model.parameters, run.options.train.adamw),
      weighting_(make_weighting(plan, run.options, tasks_, stage_key(run.options, plan),
                                model::layer_groups(run.model.parameters.layout()).names, progression.learned)),
      draws_(tasks_, end_, probed(plan), probe_options(plan, run.options), run.options.train.micro_batches,
             stage_key(run.options, plan), run.comm.rank(), run.comm.size(),
             mixture_of(plan, tasks_, stage_key(run.options, plan)), turns_of(plan, tasks_)),
      prefetch_(draws_, total_steps_),
      rule_(make_rule()),
      progress_(plan.name, total_steps_, run.comm.rank() == 0, progression.step),
      start_(std::chrono::steady_clock::now()),
      seconds_before_(progression.stage_seconds) {
  if (checkpoint) {
    load(*checkpoint);
    if (p_.step > 0) weighting::load_state(weighting_, names_of(tasks_), p_.weighting);
  }
  sizes_ = sampled() && p_.step > 0 ? sizes_from(p_.sizes, names_of(tasks_)) : next_sizes();
  if (p_.step == 0 && plan.from_best && run.best_values.defined()) run.model.parameters.values().copy_(run.best_values);
  if (p_.step == 0 && plan.fresh_heads) start_heads();
  if (p_.step == 0 && levels_) levels_->begin();
  if (std::isfinite(seconds_left())) progress_.end_within(seconds_left());
  if (p_.step == 0) warn_of_idle_weights(total_steps_);
}

void Stage::start_heads() {
  Key const key = stage_key(run_.options, plan_).with("initial");
  for (auto const* t : tasks_)
    if (!t->head.empty())
      model::initialize_head(run_.model.parameters, t->head, t->objective->head(run_.model.encoder.config()),
                             key.with(t->head));
}

std::unique_ptr<StepRule> Stage::make_rule() {
  auto const tasks = step_tasks(tasks_);
  StepOptions const options = step_options(plan_, run_.options);
  if (!has_three_levels(plan_))
    return std::make_unique<SingleLevel>(run_.model, tasks, probed(plan_) ? &tasks.front() : nullptr, run_.comm,
                                         options, optimizer_);
  auto result = std::make_unique<ThreeLevel>(run_.model, tasks, run_.comm, options, optimizer_, plan_.options.levels);
  levels_ = result.get();
  return result;
}

std::vector<FlatTensor> Stage::phi_tensors() const {
  if (!levels_) return {};
  auto const& optimizer = levels_->phi_optimizer();
  return {{"phi/value", levels_->phi().parameters.values()},
          {"phi/first_moment", optimizer.first_moment()},
          {"phi/second_moment", optimizer.second_moment()},
          {"phi/steps", at::stack(optimizer.step_counts()), /*by_segment=*/true}};
}

// With probe.stale the direction that the next step will use is part of the state
void Stage::load(std::filesystem::path const& checkpoint) {
  std::vector<FlatTensor> further = p_.step > 0 ? phi_tensors() : std::vector<FlatTensor>();
  bool const awaits = p_.step > 0 && run_.options.probe.stale && draws_.aligned(p_.step);
  if (awaits)
    further.push_back(
        {direction_name, at::zeros({body_size(run_.model.parameters.layout(), run_.options.weighting.body)},
                                   run_.model.parameters.values().options())});
  load_tensors(checkpoint, run_.model.parameters, p_.step > 0 ? &optimizer_ : nullptr, further);
  for (auto const& [prefix, values, by_segment] : further)
    for (std::int64_t i = 0; by_segment && i < values.size(0); ++i)
      levels_->phi_optimizer().step_counts()[static_cast<std::size_t>(i)].copy_(values[i]);
  if (awaits && run_.comm.rank() == 0) rule_->await_direction(further.back().values);
}
// CHECKS 4: a cosine difference of .1 is large between useful tasks
void Stage::warn_of_idle_weights(std::int64_t steps) {
  WeightingOptions const& o = run_.options.weighting;
  if (plan_.weighting != WeightingKind::meta_tartan || o.similarity == weighting::Similarity::dot ||
      warned_of_idle_weights_)
    return;
  double const reach = weighting::reach_of_ratio(o.rate, steps / run_.options.probe.every, 0.1);
  if (reach >= 1.1) return;
  warned_of_idle_weights_ = true;
  char text[160];
  std::snprintf(
      text, sizeof text,
      "the task weights can hardly move: at weighting.rate = %g a cosine difference of 0.1 changes a ratio of "
      "weights by a factor of %.3f",
      o.rate, reach);
  warn(text + std::string(" in ") + std::to_string(steps) + " steps; raise the rate or the steps");
}

// Weights that follow no minimum, once a stage
void Stage::warn_of_paths(StepReport const& report) {
  if (!report.slopes || warned_of_paths_) return;
  static std::map<PathEnd, std::string> const problems = {
      {PathEnd::grows, "the series grows, so that weights stand still; lower stage.levels.term_step, or raise damping"},
      {PathEnd::curvature,
       "conjugate gradients met a direction without positive curvature and ended there; raise stage.levels.damping"},
      {PathEnd::iterations,
       "conjugate gradients did not come down to stage.levels.tolerance; raise iterations or damping"}};
  for (auto const& path : report.slopes->paths)
    if (auto const found = problems.find(path.end); found != problems.end() && !std::exchange(warned_of_paths_, true))
      warn("the hypergradient of step " + std::to_string(p_.step) + " was not found: " + found->second);
}

Stage::End Stage::run() {
  StepInputs inputs = draws_.at(p_.step, sizes_);
  std::vector<double> counts = global(local_counts(inputs));
  run_.comm.take_seconds();
  std::string reason;
  while (reason.empty()) {
    auto const began = std::chrono::steady_clock::now();
    used_sizes_ = std::exchange(sizes_, next_sizes());
    prefetch_.start(p_.step + 1, sizes_);
    StepReport const report = step(inputs, counts, prefetch_);
    ++p_.step;
    warn_of_paths(report);
    p_.stage_tokens += report.tokens;
    if (inputs.probe) p_.stage_probe_tokens += static_cast<double>(num_tokens(*inputs.probe));
    Heard const now = heard(report.extra);
    log_step(report, now, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    if (evaluation_due(now)) evaluate_dev();
    reason = end_reason(now);
    bool const every = run_.options.run.checkpoint_every > 0 && p_.step % run_.options.run.checkpoint_every == 0;
    if (reason.empty() && (now.stop || every)) save();
    if (reason.empty() && now.stop) return End::stopped;
    inputs = prefetch_.take();
    counts = now.next_counts;
  }
  finish(reason);
  return End::finished;
}

//! A loss that is no longer finite is told with its step.
StepReport Stage::step(StepInputs const& inputs, std::vector<double> const& counts, Prefetch& ahead) try {
  look();
  weighting::begin_step(weighting_, p_.step);
  return rule_->run(inputs, counts, rates(), weighting_, draws_.head_start(p_.step), [&] { return message(ahead); });
} catch (Error const& e) {
  if (e.status() != ExitStatus::diverged) throw;
  fail_diverged("step " + std::to_string(p_.step + 1) + " of stage " + plan_.name + ": " + e.what());
}

//! What weights follow once per epoch.
void Stage::look() {
  if (!looks_apart(plan_, run_.options) || p_.step == 0) return;  // nothing was learned yet
  if (p_.step % steps_of_end_task(plan_, tasks_) != 0) return;
  StepInputs const inputs = draws_.look(p_.step, run_.options.weighting.look_examples);
  log_look(rule_->look(inputs, global(local_counts(inputs)), weighting_));
}

BenchResult Stage::bench(std::int64_t warmup, std::int64_t steps, std::int64_t first) {
  BenchResult result;
  for (auto const& parameter : run_.model.parameters.layout().parameters())
    if (parameter.name.find("encoder.layer.") != std::string::npos)
      result.matrix_parameters += static_cast<double>(parameter.count);
  result.threads = at::get_num_threads();
  Prefetch ahead(draws_, std::numeric_limits<std::int64_t>::max());  // a short stage is timed beyond its end
  StepInputs inputs = draws_.at(first, sizes_);
  std::vector<double> counts = global(local_counts(inputs));
  for (p_.step = first; p_.step < first + warmup + steps; ++p_.step) {
    auto const began = std::chrono::steady_clock::now();
    ahead.start(p_.step + 1, next_sizes());
    StepReport const report = step(inputs, counts, ahead);
    if (p_.step >= first + warmup) {
      result.step_seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
      result.tokens += report.tokens;
      if (inputs.probe) result.probe_tokens += static_cast<double>(num_tokens(*inputs.probe));
    }
    inputs = ahead.take();
    counts = heard(report.extra).next_counts;
  }
  progress_.clear();
  return result;
}

// The next step is drawn while this one is computed, so its sizes follow the weights that this one uses
std::vector<std::int64_t> Stage::next_sizes() const {
  if (!sampled()) return {};
  std::int64_t const least = probed(plan_) ? run_.options.probe.min_examples : 1;
  return sample_sizes(weighting::weights(weighting_), draws_.budget(), std::max<std::int64_t>(1, least));
}

StepRates Stage::rates() const {
  StageOptions const& o = plan_.options;
  std::int64_t const scheduled = total_steps_ - steps_at_rate_0_;
  auto const warmup = static_cast<std::int64_t>(o.warmup * static_cast<double>(scheduled));
  double const factor = p_.step < scheduled ? optim::schedule_factor(o.schedule, p_.step, warmup, scheduled) : 0;
  return {factor * o.lr,
          factor * o.head_lr,
          factor * o.levels.upper_lr,
          factor * o.levels.upper_head_lr,
          o.decay,
          o.head_decay,
          o.clip};
}

std::vector<double> Stage::global(std::vector<double> counts) const {
  run_.comm.all_reduce(counts.data(), counts.size(), comm::Type::float64).wait();
  return counts;
}

// What travels with a step's reduction, asked for when its gradients are there: the next step's counts, whether anybody
// was told to stop, whether rank 0's clock says that time is up, and for what this rank has waited
std::vector<double> Stage::message(Prefetch& ahead) {
  StepInputs const& next = ahead.peek();
  std::vector<double> result = next.batches.empty() ? std::vector<double>(tasks_.size(), 0) : local_counts(next);
  result.push_back(stop_requested() ? 1 : 0);
  result.push_back(run_.comm.rank() == 0 && seconds_left() < 0 ? 1 : 0);
  result.push_back(ahead.take_seconds() / run_.comm.size());
  result.push_back(run_.comm.take_seconds() / run_.comm.size());
  return result;
}

Stage::Heard Stage::heard(std::vector<double> const& sums) const {
  auto const rest = sums.begin() + static_cast<std::ptrdiff_t>(tasks_.size());
  return {{sums.begin(), rest}, rest[0] > 0, rest[1] > 0, rest[2], rest[3]};
}

double Stage::seconds_left() const {
  double const limit = run_.options.run.max_minutes * 60;
  double const used = finished_seconds(p_) + seconds();
  return limit > 0 ? limit - used : std::numeric_limits<double>::infinity();
}

double Stage::seconds() const {
  return seconds_before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace tartan::train
