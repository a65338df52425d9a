#include "level_paths.hpp"

#include "tensor_comm.hpp"

#include <tartan/core/error.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

namespace tartan::train {
namespace {

//! Of the encoder and of the heads that the tasks use, each shaped as its parameter.
template <class Of>
Tensors parameters_of(model::Layout const& layout, std::vector<StepTask> const& tasks, Of of) {
  Tensors result;
  for (std::size_t i = 0; i < layout.parameters().size(); ++i) {
    auto const& segment = layout.segments()[layout.parameters()[i].segment];
    bool const used =
        segment.owner == model::Owner::encoder || std::ranges::any_of(tasks, [&](StepTask const& t) {
          return t.head.empty() ? segment.owner == model::Owner::mlm_head : segment.name == "head." + t.head;
        });
    if (used) result.push_back(of(i));
  }
  return result;
}

Tensors leaves(model::ParameterSet const& set, std::vector<StepTask> const& tasks) {
  return parameters_of(set.layout(), tasks, [&](std::size_t i) { return set[i]; });
}

//! In a buffer of the set's size.
Tensors stretches(at::Tensor const& flat, model::ParameterSet const& set, std::vector<StepTask> const& tasks) {
  return parameters_of(set.layout(), tasks, [&](std::size_t i) {
    auto const& p = set.layout().parameters()[i];
    return model::ParameterSet::stretch(flat, p.offset, p.shape);
  });
}

std::vector<StepTask> without_first(std::vector<StepTask> const& tasks) { return {tasks.begin() + 1, tasks.end()}; }

}  // namespace

LevelPaths::LevelPaths(model::Model& theta, model::Model& phi, std::vector<StepTask> tasks, comm::Communicator& comm,
                       StepOptions const& options, LevelOptions const& levels)
    : theta_(theta),
      phi_(phi),
      plain_(theta.encoder.config(), model::Kernels::plain),
      tasks_(std::move(tasks)),
      comm_(comm),
      options_(options),
      levels_(levels),
      room_(at::zeros_like(theta.parameters.values())) {
  for (auto const& task : tasks_)
    if (twice() && comm.size() > 1 && task.objective->spans_ranks())
      fail_usage("task " + task.name +
                 " holds examples against those of other ranks, which has no second derivatives; use one rank, or "
                 "stage.levels.hypergradient = identity or finite-difference");
}

bool LevelPaths::twice() const { return levels_.hypergradient.inverse != InverseHessian::finite_difference; }

void LevelPaths::run(StepInputs const& inputs, std::vector<double> const& counts, StepReport& report) {
  double const dev_loss = validation(inputs);
  report.probed = comm_.rank() == 0;
  report.probe.dev_loss = dev_loss;
  report.probe.dev_losses = {dev_loss};
  theta_.parameters.bind_gradients(room_);  // so that nothing is taken for frozen; no gradient is added to it
  at::Tensor const weights = at::tensor(std::vector<double>(report.weights.begin() + 1, report.weights.end()))
                                 .to(room_.options())
                                 .requires_grad_();
  auto const found =
      hypergradient(first(inputs, counts, weights), second(inputs, counts), {weights}, outer(), levels_.hypergradient);
  at::Tensor const by_weight = found.by_weights.front().to(at::kCPU, at::kDouble);
  std::vector<double> slopes = {0};
  for (std::int64_t i = 0; i < by_weight.numel(); ++i) slopes.push_back(by_weight[i].item<double>());
  for (std::size_t i = 1; i < slopes.size(); ++i)
    if (!std::isfinite(slopes[i]))
      fail_diverged("the hypergradient by the weight of task " + tasks_[i].name +
                    " is no longer finite; lower the learning rate, or raise stage.levels.damping");
  report.slopes = Slopes{slopes, found.paths};
}

// Rank 0's examples; its gradient is everybody's
double LevelPaths::validation(StepInputs const& inputs) {
  room_.zero_();
  phi_.parameters.bind_gradients(room_);
  double loss = 0;
  if (comm_.rank() == 0) {
    expects(inputs.probe.has_value(), "a hypergradient needs examples of the dev split");
    data::PackedBatch const& dev = inputs.probe->gradient;
    task::HeadPlace const place{phi_.encoder, phi_.parameters, phi_.parameters, tasks_.front().head, options_.dropout};
    at::Tensor const mean = task::first_pass_loss(*tasks_.front().objective, place, dev) /
                            static_cast<double>(std::max<std::int64_t>(1, dev.num_targets()));
    torch::autograd::backward({mean}, {});
    loss = mean.item<double>();
  }
  broadcast(comm_, room_, 0, options_.through_host ? Route::host : route_of(comm_, room_)).wait();
  return loss;
}

OuterGradient LevelPaths::outer() const {
  std::vector<StepTask> const end = {tasks_.front()}, others = without_first(tasks_);
  if (!levels_.proximal_above) return {stretches(room_, phi_.parameters, end), {}};
  at::Tensor const pull = at::zeros_like(room_);
  add_proximal_gradient(options_.proximal, phi_.parameters, pull);
  room_.add_(pull);
  return {stretches(room_, phi_.parameters, end), stretches(pull.neg(), theta_.parameters, others)};
}

// By weights alone where a finite difference moves theta: each loss is then a number
Level LevelPaths::first(StepInputs const& inputs, std::vector<double> const& counts, at::Tensor const& weights) const {
  auto const loss = [this, &inputs, &counts, weights](Key) {
    std::vector<at::Tensor> losses;
    for (std::size_t i = 1; i < tasks_.size(); ++i) losses.push_back(this->loss(theta_, i, inputs, counts[i]));
    return at::stack(losses).dot(weights);
  };
  return {leaves(theta_.parameters, without_first(tasks_)), loss, Key(), together()};
}

// A finite difference asks how this level's gradient by theta changes, which only the proximal term has
Level LevelPaths::second(StepInputs const& inputs, std::vector<double> const& counts) const {
  auto const loss = [this, &inputs, &counts](Key) {
    at::Tensor sum = twice() ? this->loss(phi_, 0, inputs, counts.front()) : at::zeros({}, room_.options());
    if (comm_.rank() == 0) sum = sum + proximal_loss(options_.proximal, phi_.parameters, theta_.parameters);
    return sum;
  };
  return {leaves(phi_.parameters, {tasks_.front()}), loss, Key(), together()};
}

// Draws are keyed by the batch: two calls differ by the parameters alone
at::Tensor LevelPaths::loss(model::Model& model, std::size_t task, StepInputs const& inputs, double count) const {
  at::AutoGradMode const graph(twice());
  auto const& objective = *tasks_[task].objective;
  task::HeadPlace place{twice() ? plain_ : model.encoder, model.parameters, model.parameters, tasks_[task].head,
                        options_.dropout};
  if (objective.spans_ranks())
    place.gather = [this](at::Tensor const& own) { return gather_rows(comm_, own, route_of(comm_, own)); };
  at::Tensor sum = at::zeros({}, room_.options());
  for (auto const& batch : inputs.batches[task])
    if (count > 0 && (batch.has_targets() || objective.spans_ranks()))
      sum = sum + task::forward_loss(objective, place, batch) / count;
  return sum;
}

Together LevelPaths::together() const {
  if (comm_.size() == 1) return {};
  return {[this](Tensors const& own) { return sum_over_ranks(comm_, own); },
          [this](double number) {
            comm_.broadcast(&number, 1, comm::Type::float64, 0).wait();
            return number;
          }};
}

}  // namespace tartan::train
