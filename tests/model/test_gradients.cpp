#include "close.hpp"
#include "tiny_model.hpp"

#include <tartan/core/error.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

HeadShape const head_shape{{"out.weight", {4, 30}}, {"out.bias", {4}}};

class Gradients : public ::testing::TestWithParam<Kernels> {
 protected:
  //! Masked LM at some rows, and a class for each example.
  at::Tensor loss() {
    ParameterSet& p = model_->parameters;
    std::vector<std::int64_t> const rows{2, 3, 20};
    at::Tensor const hidden = encoder_.forward(p, batch_, rows, {true, 0});
    at::Tensor const first = encoder_.forward(p, batch_, first_tokens(batch_), {true, 0});
    at::Tensor const scores = at::addmm(p.at("a.out.bias"), first, p.at("a.out.weight").t());
    return mlm_loss(encoder_, p, hidden, {5, 6, 7}) + at::logsumexp(scores, 1).sum();
  }

  void backward() { torch::autograd::backward({loss()}, {}); }

  at::Tensor full_gradient() {
    at::Tensor const gradient = at::zeros_like(model_->parameters.values());
    model_->parameters.bind_gradients(gradient);
    backward();
    return gradient;
  }

  data::PackedBatch batch_ = tiny_batch({9, 30});
  std::unique_ptr<Model> model_ =
      TinyDirectory().save().open(Precision::fp64, {}, {{"a", head_shape}, {"b", head_shape}});
  Encoder const encoder_{model_->encoder.config(), GetParam()};
  std::int64_t const body_ = model_->parameters.layout().body_size();
};

TEST_P(Gradients, AreAddedToTheBuffer) {
  at::Tensor const once = full_gradient();
  at::Tensor const sum = at::ones_like(once);
  model_->parameters.bind_gradients(sum);
  backward();
  backward();
  expect_close(sum, 2 * once + 1, 1e-12, "ones plus twice the gradient");
}

TEST_P(Gradients, AreTheSameForTheBodyAlone) {
  at::Tensor const full = full_gradient();
  at::Tensor const body = at::zeros({body_}, full.options());
  model_->parameters.bind_gradients(body);
  backward();
  expect_close(body, full.narrow(0, 0, body_), 1e-12, "body");
}

TEST_P(Gradients, LeaveAFrozenBodyAlone) {
  at::Tensor const full = full_gradient();
  at::Tensor const heads = at::full_like(full, 3);
  model_->parameters.bind_head_gradients(heads);
  backward();
  EXPECT_TRUE((heads.narrow(0, 0, body_) == 3).all().item<bool>());
  expect_close(heads.narrow(0, body_, full.size(0) - body_) - 3, full.narrow(0, body_, full.size(0) - body_), 1e-12,
               "heads");
  EXPECT_GT(full.narrow(0, body_, full.size(0) - body_).abs().max().item<double>(), 0.1);
  at::Tensor const thawed = at::zeros_like(full);
  model_->parameters.bind_gradients(thawed);
  backward();
  expect_close(thawed, full, 1e-12, "after thawing");
}

TEST_P(Gradients, OfAHeadThatIsNotUsedAreZero) {
  at::Tensor const full = full_gradient();
  for (auto const& s : model_->parameters.layout().segments()) {
    double const most = full.narrow(0, s.begin, s.end - s.begin).abs().max().item<double>();
    EXPECT_EQ(most == 0, s.name == "head.b") << s.name;
  }
}

TEST_P(Gradients, GoToTheBufferBoundAtTheBackward) {
  at::Tensor const full = full_gradient();
  at::Tensor const at_forward = at::zeros_like(full), at_backward = at::zeros_like(full);
  model_->parameters.bind_gradients(at_forward);
  at::Tensor const value = loss();
  model_->parameters.bind_gradients(at_backward);
  torch::autograd::backward({value}, {});
  EXPECT_EQ(at_forward.abs().max().item<double>(), 0);
  expect_close(at_backward, full, 1e-12, "bound at the backward");
}

TEST_P(Gradients, NeedABufferOfTheRightSize) {
  auto const odd = at::zeros({body_ + 1}, model_->parameters.values().options());
  EXPECT_THROW(model_->parameters.bind_gradients(odd), Error);
}

TEST_P(Gradients, NoGraphWithoutGradMode) {
  at::NoGradGuard no_grad;
  EXPECT_FALSE(loss().requires_grad());
}

TEST_P(Gradients, OfNoRowsAreZero) {
  at::Tensor const gradient = at::zeros_like(model_->parameters.values());
  model_->parameters.bind_gradients(gradient);
  at::Tensor const nothing = encoder_.forward(model_->parameters, batch_, {}, {});
  EXPECT_EQ(nothing.sizes(), (std::vector<std::int64_t>{0, 30}));
  at::Tensor const value = mlm_loss(encoder_, model_->parameters, nothing, {});
  EXPECT_EQ(value.item<double>(), 0);
  torch::autograd::backward({value}, {});
  EXPECT_EQ(gradient.abs().max().item<double>(), 0);
}

INSTANTIATE_TEST_SUITE_P(Kernels, Gradients, ::testing::Values(Kernels::fast, Kernels::plain),
                         [](auto const& of) { return of.param == Kernels::fast ? "fast" : "plain"; });

//! Half the squared norm of the body's gradient, with a graph of its own.
at::Tensor gradient_energy(Model& model, data::PackedBatch const& batch) {
  Encoder const plain(model.encoder.config(), Kernels::plain);
  at::Tensor const hidden = plain.forward(model.parameters, batch, {0, 4, 12, 13}, {true, 0});
  at::Tensor const loss = mlm_loss(plain, model.parameters, hidden, {1, 2, 3, 4});
  std::vector<at::Tensor> leaves;
  for (std::size_t i = 0; i < model.parameters.layout().parameters().size(); ++i)
    if (model.parameters.layout().segments()[model.parameters.layout().parameters()[i].segment].owner == Owner::encoder)
      leaves.push_back(model.parameters[i]);
  at::Tensor sum = at::zeros({}, loss.options());
  for (auto const& g : torch::autograd::grad({loss}, leaves, {}, true, true)) sum = sum + (g * g).sum() / 2;
  return sum;
}

TEST(SecondDerivative, OfThePlainPathMatchesFiniteDifferences) {
  auto const model = TinyDirectory().save().open();
  model->parameters.bind_gradients(at::zeros_like(model->parameters.values()));
  data::PackedBatch const batch = tiny_batch({9, 14});
  for (char const* const name :
       {"bert.encoder.layer.0.attention.self.query.weight", "bert.embeddings.word_embeddings.weight",
        "bert.encoder.layer.2.intermediate.dense.weight", "bert.encoder.layer.1.output.LayerNorm.weight"}) {
    at::Tensor const& parameter = model->parameters.at(name);
    at::Tensor const direction = at::randn_like(parameter).detach();
    at::Tensor const second = torch::autograd::grad({gradient_energy(*model, batch)}, {parameter})[0];
    double const exact = (second * direction).sum().item<double>(), step = 1e-5;
    auto const moved = [&](double by) {
      parameter.detach().add_(direction, by);
      double const value = gradient_energy(*model, batch).item<double>();
      parameter.detach().add_(direction, -by);
      return value;
    };
    EXPECT_NEAR((moved(step) - moved(-step)) / (2 * step), exact, 1e-6 * std::abs(exact)) << name;
    EXPECT_GT(std::abs(exact), 1e-3) << name;
  }
}

}  // namespace
}  // namespace tartan::model
