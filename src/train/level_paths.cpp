#include "level_paths.hpp"

#include "level_parameters.hpp"
#include "tensor_comm.hpp"

#include <tartan/core/error.hpp>

#include <cmath>

namespace tartan::train {

bool differentiates_twice(LevelOptions const& levels) {
  auto const inverse = levels.hypergradient.inverse;
  return inverse == InverseHessian::neumann || inverse == InverseHessian::cg;
}

void check_second_derivatives(LevelOptions const& levels, std::vector<StepTask> const& tasks, int ranks) {
  if (!differentiates_twice(levels) || ranks == 1) return;
  for (auto const& task : tasks)
    if (task.objective->spans_ranks())
      fail_usage(
          "task " + task.name +
          " holds examples against those of other ranks, of which no second derivatives are taken; use one rank, "
          "or stage.levels.hypergradient = identity or finite-difference");
}

LevelPaths::LevelPaths(model::Model& theta, model::Model& phi, std::vector<StepTask> tasks, comm::Communicator& comm,
                       StepOptions const& options, LevelOptions const& levels)
    : theta_(theta),
      phi_(phi),
      plain_(theta.encoder.config(), model::Kernels::plain),
      tasks_(std::move(tasks)),
      end_{tasks_.front()},
      others_(tasks_.begin() + 1, tasks_.end()),
      comm_(comm),
      options_(options),
      levels_(levels),
      probe_(phi, *end_.front().objective, options.probe, end_.front().head),
      room_(at::zeros_like(theta.parameters.values())) {
  check_second_derivatives(levels, tasks_, comm.size());
}

LevelPaths::Found LevelPaths::run(StepInputs const& inputs, std::vector<double> const& counts,
                                  std::vector<double> const& weights) {
  Found result{{{0}, {}}, validation(inputs)};
  theta_.parameters.bind_gradients(room_);  // so that nothing is taken for frozen; no gradient is added to it
  at::Tensor const by =
      at::tensor(std::vector<double>(weights.begin() + 1, weights.end())).to(room_.options()).requires_grad_();
  auto const found =
      hypergradient(first(inputs, counts, by), second(inputs, counts), {by}, outer(), levels_.hypergradient);
  at::Tensor const slopes = found.by_weights.front().to(at::kCPU, at::kDouble);
  for (std::int64_t i = 0; i < slopes.numel(); ++i) {
    result.slopes.by_weight.push_back(slopes[i].item<double>());
    if (!std::isfinite(result.slopes.by_weight.back()))
      fail_diverged("the hypergradient by the weight of task " + tasks_[static_cast<std::size_t>(i) + 1].name +
                    " is no longer finite; lower the learning rate, or raise stage.levels.damping");
  }
  result.slopes.paths = found.paths;
  return result;
}

// Rank 0's examples; its gradient is everybody's
task::ProbeReport LevelPaths::validation(StepInputs const& inputs) {
  task::ProbeReport report;
  if (comm_.rank() == 0) {
    expects(inputs.probe.has_value(), "a hypergradient needs examples of the dev split");
    data::PackedBatch const no_fit;
    report = probe_.compute(no_fit, inputs.probe->gradient, {}, options_.dropout, room_);
  }
  phi_.parameters.bind_gradients(room_);
  broadcast(comm_, room_, 0, route_of(comm_, room_)).wait();
  return report;
}

OuterGradient LevelPaths::outer() const {
  if (!levels_.proximal_above) return {stretches_of(room_, phi_.parameters, end_), {}};
  at::Tensor const pull = at::zeros_like(room_);
  add_proximal_gradient(options_.proximal, phi_.parameters, pull);
  room_.add_(pull);
  return {stretches_of(room_, phi_.parameters, end_), stretches_of(pull.neg(), theta_.parameters, others_)};
}

// By weights alone where a finite difference moves theta: each loss is then a number
Level LevelPaths::first(StepInputs const& inputs, std::vector<double> const& counts, at::Tensor const& weights) const {
  auto const loss = [this, &inputs, &counts, weights](Key) {
    std::vector<at::Tensor> losses;
    for (std::size_t i = 1; i < tasks_.size(); ++i) losses.push_back(this->loss(theta_, i, inputs, counts[i]));
    return at::stack(losses).dot(weights);
  };
  return {leaves_of(theta_.parameters, others_), loss, Key(), together()};
}

// A finite difference asks how this level's gradient by theta changes, which only the proximal term has
Level LevelPaths::second(StepInputs const& inputs, std::vector<double> const& counts) const {
  auto const loss = [this, &inputs, &counts](Key) {
    at::Tensor sum = twice() ? this->loss(phi_, 0, inputs, counts.front()) : at::zeros({}, room_.options());
    if (comm_.rank() == 0) sum = sum + proximal_loss(options_.proximal, phi_.parameters, theta_.parameters);
    return sum;
  };
  return {leaves_of(phi_.parameters, end_), loss, Key(), together()};
}

// Draws are keyed by the batch: two calls differ by the parameters alone. Some objectives give a float64
at::Tensor LevelPaths::loss(model::Model& model, std::size_t task, StepInputs const& inputs, double count) const {
  at::AutoGradMode const graph(twice());
  auto const& objective = *tasks_[task].objective;
  at::Tensor sum = at::zeros({}, room_.options());
  for (auto const& batch : inputs.batches[task])
    if (count > 0 && (batch.has_targets() || objective.spans_ranks()))
      sum = sum + (task::forward_loss(objective, place(model, task), batch) / count).to(room_.scalar_type());
  return sum;
}

task::HeadPlace LevelPaths::place(model::Model& model, std::size_t task) const {
  task::HeadPlace place{twice() ? plain_ : model.encoder, model.parameters, model.parameters, tasks_[task].head,
                        options_.dropout};
  if (tasks_[task].objective->spans_ranks())
    place.gather = [this](at::Tensor const& own) { return gather_rows(comm_, own, route_of(comm_, own)); };
  return place;
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
