// CHECKS 10. The dev head w*(body) minimises the dev loss, so by the envelope theorem the meta-gradient is the partial
// derivative that the probe takes: what goes through the head, -(dL/dw) H^-1 d2L/(dw dbody), vanishes with dL/dw.
#include "toy.hpp"

#include <tartan/task/probe.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <cstdio>
#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

using Tensors = std::vector<at::Tensor>;

at::Tensor flat(Tensors const& tensors) {
  Tensors parts;
  for (auto const& t : tensors) parts.push_back(t.reshape({-1}));
  return at::cat(parts);
}

//! A head of one layer: with more examples than it can tell apart its loss is least at one place, away from infinity,
//! where the body still has something to gain.
class OneLayer final : public task::Objective {
 public:
  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override {
    classification().transform(batch, info);
  }
  model::HeadShape head(model::HfConfig const& c) const override {
    return {{"out.weight", {classes, c.hidden_size}}, {"out.bias", {classes}}};
  }
  at::Tensor loss(task::HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    auto const& p = place.heads;
    at::Tensor const logits =
        at::addmm(p.at(place.name + ".out.bias"), hidden[0], p.at(place.name + ".out.weight").t());
    return at::cross_entropy_loss(logits, at::tensor(batch.targets, at::kLong), {}, at::Reduction::Sum);
  }
};

OneLayer const& one_layer() {
  static OneLayer const objective;
  return objective;
}

class EnvelopeTest : public ::testing::Test {
 protected:
  EnvelopeTest() : batch_(pack(labelled(Key(1), 150, Labels::shuffled))) {
    for (auto const& [part, shape] : one_layer().head(config())) leaves_.push_back(head_.at("dev." + part));
    model::initialize_head(head_, "dev", one_layer().head(config()), Key(1));
  }

  static model::ParameterSet make_head() {
    model::Layout layout;
    model::add_head(layout, "dev", one_layer().head(config()));
    return {layout, at::kDouble};
  }

  at::Tensor features() const { return model_->encoder.forward(model_->parameters, batch_, batch_.rows, {}); }
  at::Tensor loss(at::Tensor const& features) {
    task::HeadPlace const place{model_->encoder, model_->parameters, head_, "dev", false};
    return one_layer().loss(place, {features}, batch_) / static_cast<double>(batch_.num_targets());
  }
  at::Tensor head_gradient(at::Tensor const& features) {
    return flat(torch::autograd::grad({loss(features)}, leaves_, {}, std::nullopt, true));
  }
  at::Tensor hessian(at::Tensor const& gradient) {
    Tensors rows;
    for (std::int64_t i = 0; i < gradient.numel(); ++i)
      rows.push_back(flat(torch::autograd::grad({gradient[i]}, leaves_, {}, true)));
    return at::stack(rows).detach();
  }
  //! H^-1 g on the directions in which the loss bends at all: adding one vector to every class's row changes nothing.
  at::Tensor newton(at::Tensor const& features) {
    at::Tensor const gradient = head_gradient(features);
    auto const [values, vectors] = at::linalg_eigh(hessian(gradient));
    at::Tensor const bends = values.abs() > 1e-7;
    at::Tensor const inverse = at::where(bends, at::abs(values).clamp_min(1e-7).reciprocal(), at::zeros_like(values));
    return vectors.matmul(inverse * vectors.t().matmul(gradient.detach()));
  }
  //! On the gradient batch itself, by Newton's method.
  void converge() {
    at::Tensor const fixed = features().detach();
    for (int i = 0; i < 15; ++i) move(newton(fixed));
  }
  void move(at::Tensor const& step) {
    for (std::size_t i = 0, begin = 0; i < leaves_.size(); begin += static_cast<std::size_t>(leaves_[i++].numel()))
      leaves_[i].detach().sub_(
          step.narrow(0, static_cast<std::int64_t>(begin), leaves_[i].numel()).view_as(leaves_[i]));
  }

  //! Of the derivative of the dev loss with respect to the body.
  at::Tensor through_the_head() {
    at::Tensor const solved = newton(features().detach());
    at::Tensor const mixed = at::dot(head_gradient(features()), solved);
    at::Tensor const direction = at::zeros({model_->parameters.layout().body_size()}, at::kDouble);
    model_->parameters.bind_gradients(direction);
    head_.bind_gradients(at::zeros_like(head_.values()));
    torch::autograd::backward({mixed}, {});
    return -direction;
  }
  //! As the program takes it, through the head as it is now.
  at::Tensor probe_direction() {
    task::ProbeOptions options;
    options.iterations = 0;
    at::Tensor const direction = at::zeros({model_->parameters.layout().body_size()}, at::kDouble);
    auto const start = [&](model::ParameterSet& head, std::string const&) { head.values().copy_(head_.values()); };
    task::Probe(*model_, one_layer(), options).compute(batch_, batch_, start, false, direction);
    return direction;
  }
  double ratio() { return (through_the_head().norm() / probe_direction().norm()).item<double>(); }

  data::PackedBatch batch_;
  std::unique_ptr<model::Model> model_ = make_model({}, model::Kernels::plain);
  model::ParameterSet head_ = make_head();
  Tensors leaves_;
};

TEST_F(EnvelopeTest, AConvergedDevHeadPassesNothingOn) {
  double const before = ratio();
  converge();
  double const after = ratio();
  std::printf("the head's part of the meta-gradient: %.2e of it before the fit, %.2e after\n", before, after);
  EXPECT_GT(before, 1e-3);
  EXPECT_LT(after, 1e-8);
  EXPECT_GT(probe_direction().norm().item<double>(), 1e-3);
}

}  // namespace
}  // namespace tartan::train::toy
