#include <tartan/core/error.hpp>
#include <tartan/model/absorb.hpp>
#include <tartan/train/look_ahead.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <utility>

namespace tartan::train {
namespace {

//! The gradient of a task's mean loss as a step takes it: into `scratch` (size). False where there is no target.
bool task_gradient(model::Model& model, StepTask const& task, std::vector<data::PackedBatch> const& batches,
                   bool dropout, at::Tensor const& scratch) {
  scratch.zero_();
  model.parameters.bind_gradients(scratch);
  task::HeadPlace const place{model.encoder, model.parameters, model.parameters, task.head, dropout};
  double count = 0;
  for (auto const& batch : batches) count += static_cast<double>(batch.num_targets());
  if (count == 0) return false;
  for (auto const& batch : batches)
    if (batch.has_targets()) torch::autograd::backward({task::forward_loss(*task.objective, place, batch) / count}, {});
  return true;
}

//! The encoder's segments come first and are all of the body.
std::vector<model::Segment> body_segments(model::ParameterSet const& parameters) {
  std::vector<model::Segment> result;
  for (auto const& s : parameters.layout().segments())
    if (s.owner == model::Owner::encoder) result.push_back(s);
  return result;
}

double length_of(at::Tensor const& x) { return std::sqrt(model::square_sum(x)); }

}  // namespace

LookAhead::LookAhead(model::Model& model, std::vector<StepTask> const& tasks, StepTask const& end,
                     LookAheadOptions options, SecondMoments moments)
    : model_(model),
      tasks_(tasks),
      options_(std::move(options)),
      probe_(model, *end.objective, options_.probe, end.head),
      moments_(std::move(moments)),
      scratch_(at::zeros_like(model.parameters.values())),
      direction_(at::zeros_like(moments_.values)),
      start_(at::empty_like(moments_.values)),
      body_(model.parameters.values().narrow(0, 0, moments_.values.numel())) {}

std::vector<LookedAhead> LookAhead::step(StepInputs const& inputs, data::PackedBatch const& others,
                                         task::Probe::HeadStart const& head_start) {
  expects(inputs.probe.has_value(), "a look ahead needs a probe");
  data::PackedBatch const& dev = inputs.probe->gradient;
  start_.copy_(body_);
  probe_.compute(inputs.probe->head, dev, head_start, false, direction_);
  before_ = losses(dev, others);
  std::vector<LookedAhead> result;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    bool const there = task_gradient(model_, tasks_[i], inputs.batches[i], options_.dropout, scratch_);
    result.push_back(there ? look(dev, others) : LookedAhead());
    LookedAhead const& at = result.back();
    if (!std::isfinite(at.plain.predicted + at.plain.measured + at.adam.predicted + at.adam.measured +
                       at.plain_on_others.measured + at.adam_on_others.measured))
      fail_diverged("the gradient or the dev loss of task " + tasks_[i].name +
                    " is not finite; use a smaller --lr, or a model that has not diverged");
  }
  return result;
}

LookAhead::Losses LookAhead::losses(data::PackedBatch const& dev, data::PackedBatch const& others) {
  return {probe_.loss(dev), others.num_targets() > 0 ? probe_.loss(others) : 0};
}

LookedAhead LookAhead::look(data::PackedBatch const& dev, data::PackedBatch const& others) {
  at::Tensor const g = scratch_.narrow(0, 0, body_.numel()), u = adam_direction(g);
  double const slope = length_of(direction_), g_norm = length_of(g), u_norm = length_of(u);
  if (g_norm == 0 || slope == 0) return {};
  double const length = options_.share * before_.probed / slope;
  double const lr = options_.lr > 0 ? options_.lr : length / g_norm;
  double const adam_lr = options_.lr > 0 ? options_.lr : length / u_norm;
  double const plain = -lr * model::look(g, direction_).dot, adam = -adam_lr * model::look(u, direction_).dot;
  Losses const by_adam = change(u, adam_lr, dev, others), by_plain = change(g, lr, dev, others);
  return {.lr = lr,
          .length = lr * g_norm,
          .plain = {plain, by_plain.probed},
          .adam = {adam, by_adam.probed},
          .plain_on_others = {plain, by_plain.others},
          .adam_on_others = {adam, by_adam.others},
          .plain_for_adam = {plain, by_adam.probed}};
}

LookAhead::Losses LookAhead::change(at::Tensor const& direction, double lr, data::PackedBatch const& dev,
                                    data::PackedBatch const& others) {
  body_.sub_(direction, lr);
  Losses const after = losses(dev, others);
  body_.copy_(start_);
  return {after.probed - before_.probed, after.others - before_.others};
}

at::Tensor LookAhead::adam_direction(at::Tensor const& gradient) const {
  double const beta = options_.adamw.beta2;
  at::Tensor const result = at::zeros_like(gradient);  // also between segments
  auto const segments = body_segments(model_.parameters);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto const part = [&](at::Tensor const& x) {
      return x.narrow(0, segments[i].begin, segments[i].end - segments[i].begin);
    };
    double const correction = 1 - std::pow(beta, moments_.steps[i] + 1);
    at::Tensor const v =
        part(moments_.values) * (beta / correction) + part(gradient).square() * ((1 - beta) / correction);
    part(result).copy_(part(gradient) / v.sqrt().add(options_.adamw.eps));
  }
  return result;
}

SecondMoments second_moments_at(model::Model& model, std::vector<StepTask> const& tasks,
                                std::vector<StepInputs> const& inputs, LookAheadOptions const& options) {
  auto const segments = body_segments(model.parameters);
  std::int64_t const size = model.parameters.layout().body_size();
  double const beta = options.adamw.beta2, share = 1 / static_cast<double>(tasks.size());
  at::Tensor const scratch = at::zeros_like(model.parameters.values());
  SecondMoments result{at::zeros({size}, scratch.options()), {}};
  at::Tensor const mean = at::empty_like(result.values);
  for (auto const& step : inputs) {
    mean.zero_();
    for (std::size_t i = 0; i < tasks.size(); ++i)
      if (task_gradient(model, tasks[i], step.batches[i], options.dropout, scratch))
        mean.add_(scratch.narrow(0, 0, size), share);
    result.values.mul_(beta).addcmul_(mean, mean, 1 - beta);
  }
  result.steps.assign(segments.size(), static_cast<double>(inputs.size()));
  return result;
}

}  // namespace tartan::train
