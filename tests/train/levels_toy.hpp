// Three levels over the toy model, whose third step's hypergradient is looked at: theta and phi are no longer one.
#pragma once

#include "toy_trainer.hpp"

#include <tartan/train/three_level.hpp>

namespace tartan::train::toy {

struct LevelsPlan {
  LevelOptions levels{};
  bool dropout = true;
  std::vector<Task> tasks = three_tasks();  //!< the end task first
  std::uint64_t micro_batches = 1;
  double rate = 0.7;  //!< of the weights' logits
  bool fuse = true;
  comm::Communicator* comm = nullptr;  //!< none: one rank
};

class LevelsToy {
 public:
  explicit LevelsToy(LevelsPlan const& plan)
      : plan_(plan),
        local_(comm::make_local()),
        comm_(plan.comm == nullptr ? *local_ : *plan.comm),
        weighting_(weighting::make_tapweight(start_weights(), plan.rate, bare() ? 0.5 : plan.levels.proximal,
                                             weighting::Descent::sgd)),
        step_(*theta_, tasks(), comm_, options(), optimizer_, plan.levels) {
    step_.begin();
  }

  StepReport step() {
    Key const key = Key(5).with(steps_++);
    StepInputs const inputs = this->inputs(key);
    return step_.run(inputs, counts_, rates, weighting_, {});
  }
  //! Weights stand still until then, so that every rule meets the same parameters.
  StepReport third_step() {
    two_steps();
    return step();
  }

  std::vector<double> logits() const { return std::get<weighting::TapWeight>(weighting_).logits; }
  std::vector<double> lambda() const {
    auto const all = weighting::weights(weighting_);
    return {all.begin() + 1, all.end()};
  }
  model::ParameterSet& theta() { return theta_->parameters; }
  model::ParameterSet& phi() { return step_.phi().parameters; }

  //! Slopes of the third step with H^-1 = s (1 + (1 - s H)) in both levels, products with H by central differences.
  std::vector<double> two_terms_by_differences(double s) {
    auto const inputs = at_third_step();
    at::Tensor const v = series(phi(), validation(inputs), s, [&] {
      at::Tensor g = gradient(phi(), 0, inputs.batches[0][0], counts_[0]);
      add_proximal_gradient({plan_.levels.proximal, theta().values()}, phi(), g);
      return g;
    });
    at::Tensor const onto_theta = at::zeros_like(v);
    body(onto_theta).copy_(body(v) * (2 * plan_.levels.proximal));
    std::vector<double> const w = lambda();
    at::Tensor const u = series(theta(), onto_theta, s, [&] {
      return gradient(theta(), 1, inputs.batches[1][0], counts_[1]) * w[0] +
             gradient(theta(), 2, inputs.batches[2][0], counts_[2]) * w[1];
    });
    std::vector<double> result = {0};
    for (std::size_t i = 1; i < 3; ++i)
      result.push_back(-at::dot(gradient(theta(), i, inputs.batches[i][0], counts_[i]), u).item<double>());
    return result;
  }

  std::vector<double> with_term_above() {
    auto const inputs = at_third_step();
    double const gamma = plan_.levels.proximal;
    at::Tensor const direction = body(validation(inputs)) * (-2 * gamma) +
                                 (body(phi().values()) - body(theta().values())) * (2 * gamma - 4 * gamma * gamma);
    std::vector<double> result = {0};
    for (std::size_t i = 1; i < 3; ++i)
      result.push_back(at::dot(body(gradient(theta(), i, inputs.batches[i][0], counts_[i])), direction).item<double>());
    return result;
  }

 private:
  bool bare() const { return plan_.levels.hypergradient.inverse != InverseHessian::identity; }

  std::vector<double> start_weights() const {
    std::vector<double> result(plan_.tasks.size() - 1, 2);
    result.front() = 1;
    return result;
  }
  std::vector<StepTask> tasks() const {
    std::vector<StepTask> result;
    for (auto const& task : plan_.tasks) result.push_back({task.name, task.objective, task.head});
    return result;
  }
  std::unique_ptr<model::Model> make() const {
    Heads heads;
    for (auto const& task : plan_.tasks)
      if (!task.head.empty()) heads.emplace_back(task.head, task.objective->head(config()));
    return make_model(heads);
  }
  StepOptions options() const {
    StepOptions result;
    result.dropout = plan_.dropout;
    result.fuse = plan_.fuse;
    result.probe.head = task::ProbeHead::training;
    return result;
  }

  //! All targets in `counts_`; of the examples this rank's share, each in the micro-batch that its place names.
  StepInputs inputs(Key key) {
    StepInputs result;
    counts_.clear();
    for (auto const& task : plan_.tasks) {
      Examples const all = task.draw(key);
      counts_.push_back(static_cast<double>(pack(all).num_targets()));
      result.batches.push_back(own_batches(all, comm_, plan_.micro_batches));
    }
    if (comm_.rank() == 0) result.probe = ProbeInputs{{}, pack(labelled(key.with("dev"), 24))};
    return result;
  }

  void two_steps() {
    auto const start = weighting_;
    for (int i = 0; i < 2; ++i) {
      step();
      weighting_ = start;
    }
  }
  //! Before which two steps were taken.
  StepInputs at_third_step() {
    two_steps();
    return inputs(Key(5).with(steps_));
  }

  at::Tensor gradient(model::ParameterSet& at, std::size_t task, data::PackedBatch const& batch, double count) {
    at::Tensor const result = at::zeros_like(at.values());
    at.bind_gradients(result);
    auto const each = tasks()[task];
    task::HeadPlace const place{theta_->encoder, at, at, each.head, plan_.dropout};
    (task::forward_loss(*each.objective, place, batch) / count).backward();
    return result;
  }
  at::Tensor validation(StepInputs const& inputs) { return gradient(phi(), 0, inputs.probe->gradient, 24); }

  //! s (v + (v - s H v))
  template <class Gradient>
  static at::Tensor series(model::ParameterSet& at, at::Tensor const& v, double s, Gradient const& gradient) {
    double const small = 1e-5 / v.norm().item<double>();
    at::Tensor const kept = at.values().clone();
    at.values().add_(v, small);
    at::Tensor const above = gradient();
    at.values().copy_(kept).sub_(v, small);
    at::Tensor const below = gradient();
    at.values().copy_(kept);
    return (v * 2 - (above - below) * (s / (2 * small))) * s;
  }
  at::Tensor body(at::Tensor const& flat) const { return flat.narrow(0, 0, theta_->parameters.layout().body_size()); }

  static constexpr StepRates rates{
      .body_lr = 1e-3, .head_lr = 1e-2, .upper_body_lr = 2e-3, .upper_head_lr = 3e-2, .clip = 0};
  LevelsPlan plan_;
  std::unique_ptr<comm::Communicator> local_;
  comm::Communicator& comm_;
  std::vector<double> counts_;
  std::uint64_t steps_ = 0;
  std::unique_ptr<model::Model> theta_ = make();
  optim::AdamW optimizer_{theta_->parameters, {}};
  weighting::Weighting weighting_;
  ThreeLevel step_;
};

}  // namespace tartan::train::toy
