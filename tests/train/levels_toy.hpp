// Three levels over the toy model, whose third step's hypergradient is looked at: theta and phi are no longer one.
#pragma once

#include "toy_trainer.hpp"

#include <tartan/train/three_level.hpp>

namespace tartan::train::toy {

class LevelsToy {
 public:
  static constexpr double rate = 0.7;

  LevelsToy(LevelOptions const& levels, bool dropout, double weight_rate = rate, comm::Communicator* comm = nullptr)
      : local_(comm::make_local()),
        comm_(comm == nullptr ? *local_ : *comm),
        levels_(levels),
        dropout_(dropout),
        weighting_(
            weighting::make_tapweight({1, 2}, weight_rate, bare() ? 0.5 : levels.proximal, weighting::Descent::sgd)),
        step_(*theta_, tasks(), comm_, options(), optimizer_, levels) {
    step_.begin();
  }

  StepReport step() {
    Key const key = Key(5).with(steps_++);
    StepInputs const inputs = this->inputs(key);
    return step_.run(inputs, counts, rates, weighting_, {});
  }
  //! Weights stand still until then, so that every rule meets the same parameters.
  StepReport third_step() {
    auto const start = weighting_;
    step();
    weighting_ = start;
    step();
    weighting_ = start;
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
      at::Tensor g = gradient(phi(), 0, inputs.batches[0][0], counts[0]);
      add_proximal_gradient({levels_.proximal, theta().values()}, phi(), g);
      return g;
    });
    at::Tensor const onto_theta = at::zeros_like(v);
    body(onto_theta).copy_(body(v) * (2 * levels_.proximal));
    std::vector<double> const w = lambda();
    at::Tensor const u = series(theta(), onto_theta, s, [&] {
      return gradient(theta(), 1, inputs.batches[1][0], counts[1]) * w[0] +
             gradient(theta(), 2, inputs.batches[2][0], counts[2]) * w[1];
    });
    std::vector<double> result = {0};
    for (std::size_t i = 1; i < 3; ++i)
      result.push_back(-at::dot(gradient(theta(), i, inputs.batches[i][0], counts[i]), u).item<double>());
    return result;
  }

  std::vector<double> with_term_above() {
    auto const inputs = at_third_step();
    double const gamma = levels_.proximal;
    at::Tensor const direction = body(validation(inputs)) * (-2 * gamma) +
                                 (body(phi().values()) - body(theta().values())) * (2 * gamma - 4 * gamma * gamma);
    std::vector<double> result = {0};
    for (std::size_t i = 1; i < 3; ++i)
      result.push_back(at::dot(body(gradient(theta(), i, inputs.batches[i][0], counts[i])), direction).item<double>());
    return result;
  }

 private:
  bool bare() const { return levels_.hypergradient.inverse != InverseHessian::identity; }

  static std::vector<StepTask> tasks() {
    return {{"end", &classification(), "end"}, {"text", &mlm(), ""}, {"other", &classification(), "other"}};
  }
  StepOptions options() const {
    StepOptions result;
    result.dropout = dropout_;
    result.probe.head = task::ProbeHead::training;
    return result;
  }

  data::PackedBatch share(Examples const& all) const {
    auto const [first, last] = share_of(static_cast<std::int64_t>(all.size()), comm_.rank(), comm_.size());
    return pack(all, static_cast<std::size_t>(first), static_cast<std::size_t>(last));
  }
  //! All targets in `counts`, this rank's share of the examples.
  StepInputs inputs(Key key) {
    std::vector<Examples> const all = {labelled(key.with("end"), 8), masked(key.with("text"), 5),
                                       labelled(key.with("other"), 6)};
    StepInputs result;
    counts.clear();
    for (auto const& examples : all) {
      counts.push_back(static_cast<double>(pack(examples).num_targets()));
      result.batches.push_back({share(examples)});
    }
    if (comm_.rank() == 0) result.probe = ProbeInputs{{}, pack(labelled(key.with("dev"), 24))};
    return result;
  }

  //! Before which two steps were taken.
  StepInputs at_third_step() {
    auto const start = weighting_;
    step();
    weighting_ = start;
    step();
    weighting_ = start;
    return inputs(Key(5).with(steps_));
  }

  at::Tensor gradient(model::ParameterSet& at, std::size_t task, data::PackedBatch const& batch, double count) {
    at::Tensor const result = at::zeros_like(at.values());
    at.bind_gradients(result);
    auto const each = tasks()[task];
    task::HeadPlace const place{theta_->encoder, at, at, each.head, dropout_};
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
  std::unique_ptr<comm::Communicator> local_;
  comm::Communicator& comm_;
  LevelOptions levels_;
  bool dropout_;
  std::vector<double> counts;
  std::uint64_t steps_ = 0;
  std::unique_ptr<model::Model> theta_ =
      make_model({{"end", classification().head(config())}, {"other", classification().head(config())}});
  optim::AdamW optimizer_{theta_->parameters, {}};
  weighting::Weighting weighting_;
  ThreeLevel step_;
};

}  // namespace tartan::train::toy
