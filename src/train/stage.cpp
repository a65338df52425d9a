#include "stage.hpp"

#include <tartan/core/log.hpp>
#include <tartan/train/stop_signal.hpp>

#include <ATen/Parallel.h>

#include <cmath>
#include <cstdio>

namespace tartan::train {
namespace {

std::vector<StepTask> step_tasks(std::vector<Task const*> const& tasks) {
  std::vector<StepTask> result;
  for (auto const* t : tasks) result.push_back({t->name(), t->objective.get(), t->head});
  return result;
}

std::vector<std::string> names_of(std::vector<Task const*> const& tasks) {
  std::vector<std::string> result;
  for (auto const* t : tasks) result.push_back(t->name());
  return result;
}

weighting::Weighting make_weighting(StagePlan const& plan, Options const& options,
                                    std::vector<Task const*> const& tasks) {
  if (plan.weighting == WeightingKind::meta_tartan)
    return weighting::make_meta_tartan(tasks.size(), options.weighting.rate);
  std::vector<double> weights;
  for (auto const* t : tasks) {
    double const given = tasks.size() == 1 ? 1 : t->options.weight;
    weights.push_back(given >= 0 ? given : 1 / static_cast<double>(tasks.size()));
  }
  return weighting::make_fixed(std::move(weights));
}

StepOptions step_options(StagePlan const& plan, Options const& options) {
  StepOptions result;
  result.placement = options.weighting.placement;
  result.fuse = options.train.fuse_tasks;
  result.dropout = options.train.dropout;
  result.freeze_body = plan.body_frozen;
  result.probe = options.probe;
  result.probe.adamw = options.train.adamw;
  return result;
}

Key stage_key(Options const& options, StagePlan const& plan) {
  return Key(static_cast<std::uint64_t>(options.run.seed)).with(plan.name);
}

bool probed(StagePlan const& plan) { return plan.weighting == WeightingKind::meta_tartan; }

StepTask const* end_of(std::vector<StepTask> const& tasks, StagePlan const& plan) {
  return probed(plan) ? &tasks.front() : nullptr;
}

}  // namespace

std::vector<Task const*> tasks_of(StagePlan const& plan, std::vector<Task> const& tasks) {
  std::vector<Task const*> result;
  if (plan.end_task) result.push_back(&end_task(tasks));
  for (auto const& t : tasks)
    if (plan.auxiliaries && t.options.role == Role::auxiliary && !(plan.body_frozen && !t.head.empty()))
      result.push_back(&t);
  return result;
}

std::int64_t total_steps(StageOptions const& options, std::vector<Task const*> const& tasks) {
  if (options.steps > 0) return options.steps;
  double most = 1;
  for (auto const* t : tasks)
    most = std::max(most, std::ceil(static_cast<double>(t->train.size()) / static_cast<double>(t->options.batch)));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::llround(most * options.epochs)));
}

Stage::Stage(RunContext& run, StagePlan const& plan, Progression& progression,
             std::optional<std::filesystem::path> const& checkpoint)
    : run_(run),
      plan_(plan),
      p_(progression),
      tasks_(tasks_of(plan, run.tasks)),
      end_(end_task(run.tasks)),
      total_steps_(total_steps(plan.options, tasks_)),
      evaluate_every_(plan.options.evaluate_every > 0 ? plan.options.evaluate_every : total_steps({0, 1}, {&end_})),
      optimizer_(run.model.parameters, run.options.train.adamw),
      weighting_(make_weighting(plan, run.options, tasks_)),
      draws_(tasks_, &end_, probed(plan), run.options.probe, run.options.train.micro_batches,
             stage_key(run.options, plan), run.comm.rank(), run.comm.size()),
      rule_(run.model, step_tasks(tasks_), end_of(step_tasks(tasks_), plan), run.comm, step_options(plan, run.options),
            optimizer_),
      progress_(plan.name, total_steps_, run.comm.rank() == 0, progression.step),
      start_(std::chrono::steady_clock::now()),
      seconds_before_(progression.stage_seconds) {
  if (checkpoint) {
    load_tensors(*checkpoint, run.model.parameters, optimizer_);
    weighting::load_state(weighting_, names_of(tasks_), p_.weighting);
  } else if (plan.from_best && run.best_values.defined()) {
    run.model.parameters.values().copy_(run.best_values);
  }
}

Stage::End Stage::run() {
  StepInputs inputs = draws_.at(p_.step);
  std::vector<double> counts = global(Draws::local_counts(inputs));
  std::string reason;
  while (reason.empty()) {
    auto const began = std::chrono::steady_clock::now();
    StepInputs next = p_.step + 1 < total_steps_ ? draws_.at(p_.step + 1) : StepInputs{};
    StepReport report = rule_.run(inputs, counts, rates(), weighting_, draws_.head_start(p_.step), message(next));
    ++p_.step;
    p_.stage_tokens += report.tokens;
    std::size_t const tasks = tasks_.size();
    Decision const decision{report.extra[tasks] > 0, report.extra[tasks + 1] > 0};
    log_step(report, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    if (evaluation_due(decision)) evaluate_dev();
    reason = end_reason(decision);
    bool const every = run_.options.run.checkpoint_every > 0 && p_.step % run_.options.run.checkpoint_every == 0;
    if (reason.empty() && (decision.stop || every)) save();
    if (reason.empty() && decision.stop) return End::stopped;
    inputs = std::move(next);
    counts.assign(report.extra.begin(), report.extra.begin() + static_cast<std::ptrdiff_t>(tasks));
  }
  finish(reason);
  return End::finished;
}

BenchResult Stage::bench(std::int64_t warmup, std::int64_t steps) {
  BenchResult result;
  for (auto const& parameter : run_.model.parameters.layout().parameters())
    if (parameter.name.find("encoder.layer.") != std::string::npos)
      result.matrix_parameters += static_cast<double>(parameter.count);
  result.threads = at::get_num_threads();
  StepInputs inputs = draws_.at(0);
  std::vector<double> counts = global(Draws::local_counts(inputs));
  for (p_.step = 0; p_.step < warmup + steps; ++p_.step) {
    auto const began = std::chrono::steady_clock::now();
    StepInputs next = draws_.at(p_.step + 1);
    StepReport const report =
        rule_.run(inputs, counts, rates(), weighting_, draws_.head_start(p_.step), Draws::local_counts(next));
    if (p_.step >= warmup) {
      result.step_seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
      result.tokens += report.tokens;
      if (inputs.probe)
        result.probe_tokens +=
            static_cast<double>(inputs.probe->head.encoder.num_tokens() + inputs.probe->gradient.encoder.num_tokens());
    }
    inputs = std::move(next);
    counts = report.extra;
  }
  progress_.clear();
  return result;
}

StepRates Stage::rates() const {
  StageOptions const& o = plan_.options;
  auto const warmup = static_cast<std::int64_t>(o.warmup * static_cast<double>(total_steps_));
  double const factor = optim::schedule_factor(o.schedule, p_.step, warmup, total_steps_);
  return {factor * o.lr, factor * o.head_lr, o.decay, o.head_decay, o.clip};
}

std::vector<double> Stage::global(std::vector<double> counts) const {
  run_.comm.all_reduce(counts.data(), counts.size(), comm::Type::float64).wait();
  return counts;
}

// What travels with a step's reduction: the next step's counts, and whether anybody was told to stop
std::vector<double> Stage::message(StepInputs const& next) const {
  std::vector<double> result = next.batches.empty() ? std::vector<double>(tasks_.size(), 0) : Draws::local_counts(next);
  result.push_back(stop_requested() ? 1 : 0);
  double used = seconds();
  for (auto const& stage : p_.finished) used += stage.seconds;
  double const limit = run_.options.run.max_minutes * 60;
  result.push_back(run_.comm.rank() == 0 && limit > 0 && used > limit ? 1 : 0);
  return result;
}

double Stage::seconds() const {
  return seconds_before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

bool Stage::evaluation_due(Decision const& decision) const {
  if (plan_.body_frozen) return false;
  return p_.step % evaluate_every_ == 0 || p_.step == total_steps_ || decision.time_up;
}

void Stage::evaluate_dev() {
  Evaluation const evaluation = evaluate(run_.model, *end_.objective, end_.head, *end_.dev, run_.comm);
  double const metric = evaluation.metrics.at(end_.options.metric);
  bool const better = metric >= p_.watch.best;  // ties go to the later
  p_.watch.since_best = better ? 0 : p_.watch.since_best + 1;
  if (better) {
    p_.watch.best = metric;
    p_.watch.best_step = p_.step;
  }
  bool const kept = p_.best.stage == plan_.name ? metric >= p_.best.metric : metric > p_.best.metric;
  if (run_.log)
    run_.log->write({{"event", "evaluation"},
                     {"stage", plan_.name},
                     {"step", p_.step},
                     {"split", "dev"},
                     {"task", end_.name()},
                     {"loss", evaluation.loss},
                     {"metrics", evaluation.metrics},
                     {"best", kept}});
  if (kept) keep_best(evaluation);
  char text[64];
  std::snprintf(text, sizeof text, "dev %s %.4f (best %.4f)", end_.options.metric.c_str(), metric, p_.best.metric);
  last_metric_ = text;
}

void Stage::keep_best(Evaluation const& evaluation) {
  p_.best = {evaluation.metrics.at(end_.options.metric), plan_.name, p_.step, evaluation.metrics};
  if (!run_.best_values.defined())
    run_.best_values = run_.model.parameters.values().clone();
  else
    run_.best_values.copy_(run_.model.parameters.values());
  if (run_.comm.rank() == 0) export_best(run_, p_.best);
}

std::string Stage::end_reason(Decision const& decision) const {
  if (plan_.options.patience > 0 && p_.watch.since_best >= plan_.options.patience) return "patience";
  if (decision.time_up) return "time";
  if (p_.step >= total_steps_) return plan_.options.steps > 0 ? "steps" : "epochs";
  return "";
}

void Stage::finish(std::string const& reason) {
  StageResult const result{plan_.name, reason, p_.step, p_.watch, seconds(), p_.stage_tokens};
  p_.finished.push_back(result);
  progress_.finish("ended by " + reason + (last_metric_.empty() ? "" : ", " + last_metric_));
  if (run_.log)
    run_.log->write({{"event", "stage_end"},
                     {"stage", plan_.name},
                     {"step", p_.step},
                     {"reason", reason},
                     {"best_step", p_.watch.best_step},
                     {"best", p_.watch.best},
                     {"seconds", result.seconds},
                     {"real_tokens", result.real_tokens}});
}

void Stage::save() {
  p_.stage_seconds = seconds();
  p_.weighting = weighting::save_state(weighting_, names_of(tasks_));
  if (run_.comm.rank() == 0) {
    p_.metrics_bytes = run_.log->sync();
    save_checkpoint(run_.directory.checkpoints(), p_, run_.model.parameters, optimizer_);
    prune_exports(run_.directory, bests_of_checkpoints(run_.directory.checkpoints()));
  }
  run_.comm.barrier();
}

void Stage::log_step(StepReport const& report, double step_seconds) {
  progress_.update(p_.step, note(report));
  if (!run_.log) return;
  nlohmann::ordered_json losses, weights, cosines;
  std::vector<double> const cos = weighting::cosines(report.alignments);
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    losses[tasks_[i]->name()] = report.losses[i];
    weights[tasks_[i]->name()] = report.weights[i];
    if (probed(plan_)) cosines[tasks_[i]->name()] = cos[i];
  }
  nlohmann::ordered_json event = {
      {"event", "step"}, {"stage", plan_.name}, {"step", p_.step}, {"losses", losses}, {"weights", weights}};
  if (probed(plan_)) {
    event["cosines"] = cosines;
    event["probe"] = {{"dev_loss", report.probe.dev_loss},
                      {"head_losses", report.probe.head_losses},
                      {"norm", report.alignments.probe_norm}};
  }
  --p_.step;  // the rate that this step had
  event["lr"] = rates().body_lr;
  ++p_.step;
  event["norm"] = {{"body", report.body_norm}, {"heads", report.head_norm}};
  event["real_tokens"] = report.tokens;
  event["step_seconds"] = step_seconds;
  run_.log->write(event);
}

std::string Stage::note(StepReport const& report) const {
  std::string text;
  char part[96];
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    std::snprintf(part, sizeof part, "%s%.3g", i == 0 ? "loss " : "/", report.losses[i]);
    text += part;
  }
  if (probed(plan_))
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      std::snprintf(part, sizeof part, "%s%.3f", i == 0 ? ", weights " : "/", report.weights[i]);
      text += part;
    }
  return last_metric_.empty() ? text : text + ", " + last_metric_;
}

}  // namespace tartan::train
