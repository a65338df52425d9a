// When a stage looks at dev, what it keeps, and when it ends.
#include "stage.hpp"

#include <cstdio>

namespace tartan::train {

bool Stage::evaluation_due(Heard const& heard) const {
  if (!plan_.end_task && !plan_.members) return false;
  if (plan_.turns && turns_of(plan_, tasks_)->before(0, p_.step) == 0) return false;  // its head has learned nothing
  return (evaluate_every_ > 0 && p_.step % evaluate_every_ == 0) || p_.step == total_steps_ || heard.time_up;
}

// Nothing tells which step is the best for all of them: the last is kept
void Stage::evaluate_members() {
  double sum = 0, measured = 0;
  for (auto const* task : evaluated_tasks(plan_, run_.tasks)) {
    Evaluation const evaluation = evaluate(run_.model, *task->objective, task->head, *task->dev, run_.comm);
    if (run_.log) log_evaluation(*task, evaluation, false);
    sum += evaluation.loss;
    measured += 1;
  }
  char text[64];
  std::snprintf(text, sizeof text, "dev loss %.4f, mean of %.0f tasks", measured > 0 ? sum / measured : 0, measured);
  last_metric_ = text;
}

void Stage::evaluate_dev() {
  if (plan_.members) return evaluate_members();
  Evaluation const evaluation = evaluate(judged_model(), *end_->objective, end_->head, *end_->dev, run_.comm);
  std::string const name = metric_of(end_->options);
  double const metric = evaluation.metrics.at(name);
  auto const beats = [&](double other) { return task::lower_is_better(name) ? metric < other : metric > other; };
  bool const better = p_.watch.best_step < 0 || beats(p_.watch.best) || metric == p_.watch.best;  // ties: the later
  p_.watch.since_best = better ? 0 : p_.watch.since_best + 1;
  if (better) {
    p_.watch.best = metric;
    p_.watch.best_step = p_.step;
  }
  bool const ties = metric == p_.best.metric && p_.best.stage == plan_.name;
  bool const candidate = plan_.weighting != WeightingKind::tapweight;  // else phi, which is forgotten, or its like
  bool const kept = candidate && (p_.best.step < 0 || beats(p_.best.metric) || ties);
  if (run_.log) log_evaluation(*end_, evaluation, kept);
  if (kept) keep({metric, plan_.name, p_.step, evaluation.metrics});
  char text[64];
  std::snprintf(text, sizeof text, "dev %s %.4f (best %.4f)", name.c_str(), metric,
                candidate ? p_.best.metric : p_.watch.best);
  last_metric_ = text;
}

void Stage::keep(Best const& best) {
  p_.best = best;
  if (!run_.best_values.defined())
    run_.best_values = run_.model.parameters.values().clone();
  else
    run_.best_values.copy_(run_.model.parameters.values());
  if (run_.comm.rank() == 0) {
    export_best(run_, p_.best);
    auto needed = bests_of_checkpoints(run_.directory.checkpoints());
    needed.push_back(p_.best);
    prune_exports(run_.directory, needed);
  }
}

std::string Stage::end_reason(Heard const& heard) const {
  if (plan_.options.patience > 0 && p_.watch.since_best >= plan_.options.patience) return "patience";
  if (heard.time_up) return "time";
  if (p_.step >= total_steps_) return plan_.options.steps > 0 ? "steps" : "epochs";
  return "";
}

// Those of the last step are not yet the last
void Stage::keep_weights() {
  auto const weights = weighting::weights(weighting_);
  p_.learned.clear();
  for (std::size_t i = 0; i < tasks_.size(); ++i) p_.learned[tasks_[i]->name()] = weights[i];
  if (run_.log) run_.log->write({{"event", "weights_learned"}, {"stage", plan_.name}, {"weights", p_.learned}});
}

void Stage::finish(std::string const& reason) {
  if (plan_.weighting == WeightingKind::tapweight) keep_weights();
  if (!end_) keep({.stage = plan_.name, .step = p_.step, .metrics = {}});  // nothing tells which is best: the last
  StageResult const result{plan_.name, reason, p_.step, p_.watch, seconds(), p_.stage_tokens, p_.stage_probe_tokens};
  p_.finished.push_back(result);
  warn_of_idle_weights(p_.step);
  progress_.finish("ended by " + reason + (last_metric_.empty() ? "" : ", " + last_metric_));
  if (run_.log)
    run_.log->write({{"event", "stage_end"},
                     {"stage", plan_.name},
                     {"step", p_.step},
                     {"reason", reason},
                     {"best_step", p_.watch.best_step},
                     {"best", p_.watch.best},
                     {"seconds", result.seconds},
                     {"real_tokens", result.real_tokens},
                     {"probe_tokens", result.probe_tokens}});
}

void Stage::save() {
  p_.stage_seconds = seconds();
  p_.weighting = weighting::save_state(weighting_, names_of(tasks_));
  p_.sizes = by_name(names_of(tasks_), sizes_);
  if (run_.comm.rank() == 0) {
    p_.metrics_bytes = run_.log->sync();
    std::vector<FlatTensor> further = phi_tensors();
    if (at::Tensor const direction = rule_->awaited_direction(); direction.defined())
      further.push_back({direction_name, direction});
    save_checkpoint(run_.directory.checkpoints(), p_, run_.model.parameters, &optimizer_, further);
    prune_exports(run_.directory, bests_of_checkpoints(run_.directory.checkpoints()));
  }
  run_.comm.barrier();
}

}  // namespace tartan::train
