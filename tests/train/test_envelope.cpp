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

//! Every sentence under several labels, in shares of its own: the loss has a least value, at finite logits.
data::PackedBatch contested() {
  Examples const sentences = labelled(Key(1), 6);
  Examples examples;
  for (std::size_t e = 0; e < sentences.size(); ++e)
    for (std::int64_t label = 0; label < classes; ++label)
      for (std::size_t copy = 0; copy <= (e + static_cast<std::size_t>(label)) % 3; ++copy) {
        examples.push_back(sentences[e]);
        examples.back().class_labels = examples.back().targets = {label};
      }
  return pack(examples);
}

class EnvelopeTest : public ::testing::Test {
 protected:
  EnvelopeTest() : batch_(contested()) {
    for (auto const& [part, shape] : classification().head(config())) leaves_.push_back(head_.at("dev." + part));
    model::initialize_head(head_, "dev", classification().head(config()), Key(1));
  }

  static model::ParameterSet make_head() {
    model::Layout layout;
    model::add_head(layout, "dev", classification().head(config()));
    return {layout, at::kDouble};
  }

  at::Tensor features() const { return model_->encoder.forward(model_->parameters, batch_, batch_.rows, {}); }
  at::Tensor loss(at::Tensor const& features) {
    task::HeadPlace const place{model_->encoder, model_->parameters, head_, "dev", false};
    return classification().loss(place, {features}, batch_) / static_cast<double>(batch_.num_targets());
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
  //! H^-1 g on the directions in which the loss bends at all: the head has more parameters than the batch determines.
  at::Tensor newton(at::Tensor const& features) {
    at::Tensor const gradient = head_gradient(features);
    auto const [values, vectors] = at::linalg_eigh(hessian(gradient));
    at::Tensor const bends = values.abs() > 1e-7;
    at::Tensor const inverse = at::where(bends, at::abs(values).clamp_min(1e-7).reciprocal(), at::zeros_like(values));
    return vectors.matmul(inverse * vectors.t().matmul(gradient.detach()));
  }
  //! Gradient descent to where Newton's method converges, then that.
  void converge() {
    at::Tensor const fixed = features().detach();
    for (int i = 0; i < 4000; ++i) move(head_gradient(fixed).detach() * 0.5);
    for (int i = 0; i < 8; ++i) move(newton(fixed));
  }
  void move(at::Tensor const& step) { head_.values().sub_(step); }

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
    task::Probe(*model_, classification(), options).compute(batch_, batch_, start, false, direction);
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
