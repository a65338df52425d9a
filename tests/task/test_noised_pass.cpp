// R3F's second forward: what noise in the embeddings changes, and what learns from it.
#include "task_model.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::testing {
namespace {

std::unique_ptr<task::Objective> with_r3f(double size, double weight = 1) {
  return task::make_objective(
      {.kind = task::ObjectiveKind::classification, .outputs = 4, .r3f = {.weight = weight, .noise = {size, false}}});
}

class r3f : public ::testing::Test {
 protected:
  double loss(task::Objective const& objective, bool dropout = false) {
    return task::forward_loss(objective, model_.place(dropout), batch_).item<double>();
  }
  //! Of a pass with a noise of 1 alone.
  at::Tensor gradient_of_noised_pass(model::Encoder const& encoder) {
    at::Tensor const gradient = at::zeros_like(model_.model->parameters.values());
    model_.model->parameters.bind_gradients(gradient);
    auto const changed = task::changed_by({1, {1, false}}, batch_);
    torch::autograd::backward({encoder.forward(model_.model->parameters, *changed, batch_.rows, {true}).square().sum()},
                              {});
    return gradient;
  }

  TaskModel model_;
  data::PackedBatch batch_ = labelled_batch({7, 3, 20, 1}, *model_.objective);
};

TEST_F(r3f, NoNoiseIsTheLossItself) {
  auto const plain = task::make_objective({task::ObjectiveKind::classification, 4});
  EXPECT_NEAR(loss(*with_r3f(0)), loss(*plain), 1e-12);
  EXPECT_GT(loss(*with_r3f(0), true), loss(*plain, true) + 1e-6);  // two dropout masks differ
}

// Of the same states, so that only the head's dropout can tell the passes apart
TEST_F(r3f, TheHeadDropsOtherUnitsOfTheNoisedPass) {
  at::Tensor const hidden = model_.model->encoder.forward(model_.model->parameters, batch_, batch_.rows, {});
  auto const term = [&](bool dropout) {
    task::HeadPlace const place = model_.place(dropout);
    auto const objective = with_r3f(0.1);
    return (objective->loss(place, {hidden, hidden}, batch_) - objective->loss(place, {hidden}, batch_)).item<double>();
  };
  EXPECT_EQ(term(false), 0);
  EXPECT_GT(term(true), 1e-6);
}

TEST_F(r3f, TheTermGrowsWithTheSquareOfTheNoise) {
  double const none = loss(*with_r3f(0)), small = loss(*with_r3f(1e-4)) - none, twice = loss(*with_r3f(2e-4)) - none;
  EXPECT_GT(small, 0);
  EXPECT_NEAR(twice / small, 4, 0.05);
  EXPECT_NEAR(loss(*with_r3f(1e-4, 3)) - none, 3 * small, 1e-3 * small);
}

TEST_F(r3f, UnlabelledExamplesAddNothing) {
  data::PackedBatch const all = batch_;
  batch_.targets.assign(4, -1);
  EXPECT_EQ(loss(*with_r3f(0.1)), 0);
  batch_ = all;
  batch_.targets[2] = -1;
  double const three = loss(*with_r3f(0.1));
  batch_.targets = {-1, -1, all.targets[2], -1};
  double const one = loss(*with_r3f(0.1));
  batch_ = all;
  EXPECT_NEAR(loss(*with_r3f(0.1)), three + one, 1e-11);
}

TEST_F(r3f, WordsLearnNothingFromTheNoisedPass) {
  at::Tensor const gradient = gradient_of_noised_pass(model_.model->encoder);
  for (auto const& p : model_.model->parameters.layout().parameters()) {
    double const most = model::ParameterSet::stretch(gradient, p.offset, p.shape).abs().max().item<double>();
    if (p.name.ends_with("word_embeddings.weight")) {
      EXPECT_EQ(most, 0);
    }
    if (p.name.ends_with("position_embeddings.weight")) {
      EXPECT_GT(most, 1e-6);
    }
  }
}

TEST_F(r3f, BothKernelsAddTheSameNoise) {
  model::Encoder const plain(model_.model->encoder.config(), model::Kernels::plain);
  at::Tensor const a = gradient_of_noised_pass(model_.model->encoder), b = gradient_of_noised_pass(plain);
  EXPECT_LE((a - b).abs().max().item<double>(), 1e-10);
}

TEST_F(r3f, NoiseFollowsTheExampleAlone) {
  data::PackedBatch const other = labelled_batch({5, 9}, *model_.objective, 6), mine = batch_;
  double const own = loss(*with_r3f(0.5), true);
  batch_ = other;
  double const others = loss(*with_r3f(0.5), true);
  batch_ = data::concatenate({&other, &mine});
  EXPECT_NEAR(loss(*with_r3f(0.5), true), own + others, 1e-10);
}

}  // namespace
}  // namespace tartan::testing
