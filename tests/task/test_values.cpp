#include "objective_test.hpp"

#include <cmath>
#include <limits>

namespace tartan::task {
namespace {

using namespace tartan::testing;

constexpr float none = std::numeric_limits<float>::quiet_NaN();

using ValuesTest = ObjectiveTest;

TEST_F(ValuesTest, UnknownColumnsCostNothing) {
  open({.kind = ObjectiveKind::multilabel, .outputs = 2});
  batch.label_values = {1, 0, none, 1, none, none};
  objective->transform(batch, {});
  EXPECT_EQ(batch.num_targets(), 3);
  auto const p = predictions();
  EXPECT_NEAR(loss(), -std::log(p[0][0]) - std::log(1 - p[0][1]) - std::log(p[1][1]), 1e-10);
  EXPECT_EQ(objective->outcome(batch, 1, p[1]).size(), 4U);
  EXPECT_TRUE(std::isnan(objective->outcome(batch, 1, p[1])[0]));
}

TEST_F(ValuesTest, NothingKnownIsALossOfZeroWithAGradient) {
  for (auto const kind : {ObjectiveKind::multilabel, ObjectiveKind::regression}) {
    open({.kind = kind, .outputs = 1});
    batch.label_values = {none, none, none};
    objective->transform(batch, {});
    at::Tensor const nothing = objective->loss(place(), {hidden().requires_grad_()}, batch);
    EXPECT_EQ(nothing.item<double>(), 0);
    EXPECT_TRUE(nothing.requires_grad());
  }
}

TEST_F(ValuesTest, ValuesAreLearnedInUnitsOfTheirSpread) {
  open({.kind = ObjectiveKind::regression, .outputs = 1, .scale = {10, 4}});
  batch.label_values = {12, none, 3};
  objective->transform(batch, {});
  auto const p = predictions();
  double const first = (p[0][0] - 12) / 4, last = (p[2][0] - 3) / 4;
  EXPECT_NEAR(loss(), first * first + last * last, 1e-10);
  EXPECT_EQ(batch.num_targets(), 2);
}

TEST_F(ValuesTest, ChoicesAreWeighedWithinTheirExample) {
  open({.kind = ObjectiveKind::choice, .outputs = 1});
  batch.examples = {0, 1};
  batch.example_keys.resize(2);
  batch.example_starts = {0, 2, 3};  // two choices, then one
  batch.class_labels = {1, 0};
  objective->transform(batch, {});
  auto const p = predictions();
  ASSERT_EQ(p[0].size(), 2U);
  ASSERT_EQ(p[1].size(), 1U);
  EXPECT_NEAR(p[0][0] + p[0][1], 1, 1e-12);
  EXPECT_NEAR(p[1][0], 1, 1e-12);
  EXPECT_NEAR(loss(), -std::log(p[0][1]), 1e-10);
  batch.class_labels = {-1, 0};
  objective->transform(batch, {});
  EXPECT_EQ(batch.num_targets(), 1);
  EXPECT_NEAR(loss(), 0, 1e-10);
}

TEST_F(ValuesTest, AChoicesScoreDoesNotDependOnTheOthers) {
  open({.kind = ObjectiveKind::choice, .outputs = 1});
  batch.examples = {0};
  batch.example_keys.resize(1);
  batch.example_starts = {0, 3};
  batch.class_labels = {0};
  objective->transform(batch, {});
  auto const three = predictions()[0];
  batch.examples = {0, 1};
  batch.example_starts = {0, 2, 3};
  batch.class_labels = {0, 0};
  objective->transform(batch, {});
  auto const two = predictions()[0];
  EXPECT_NEAR(three[0] / three[1], two[0] / two[1], 1e-9);
}

class Scaled : public ValuesTest {
 protected:
  //! Every logit 0.
  void open_zero(ObjectiveKind kind, std::int64_t outputs) {
    open({.kind = kind, .outputs = outputs, .loss_scale = LossScale::uniform});
    at::NoGradGuard no_grad;
    for (auto const* part : {"own.out.weight", "own.out.bias"}) model->parameters.at(part).zero_();
  }
};

// ALGORITHMS 7.7; words, windows and masked words are in their own files, and label smoothing does not exist here
TEST_F(Scaled, AUniformPredictionCostsOneForEachTarget) {
  for (std::int64_t const classes : {2, 3, 77, 50265}) {
    open_zero(ObjectiveKind::classification, classes);
    batch.class_labels = {0, -1, 1};
    objective->transform(batch, {});
    EXPECT_NEAR(loss(), 2, 1e-12) << classes;
  }
  open_zero(ObjectiveKind::multilabel, 2);
  batch.label_values = {1, 0, none, 1, none, none};
  objective->transform(batch, {});
  EXPECT_NEAR(loss(), 3, 1e-12);
}

TEST_F(Scaled, ByAsManyChoicesAsThereAre) {
  open_zero(ObjectiveKind::choice, 1);
  batch.examples = {0, 1};
  batch.example_keys.resize(2);
  batch.example_starts = {0, 2, 3};
  batch.class_labels = {1, 0};
  objective->transform(batch, {});
  EXPECT_NEAR(loss(), 1, 1e-12);  // of one choice nothing can be learned
}

}  // namespace
}  // namespace tartan::task
