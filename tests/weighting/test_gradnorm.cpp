#include "analytic.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

Alignments norms(Vector const& norm) {
  return {.dot = Vector(norm.size()), .norm = norm, .present = std::vector<bool>(norm.size(), true), .probe_norm = 0};
}

TEST(GradNorm, OneStepByHand) {
  Weighting weighting = make_gradnorm({1, 1}, 0.1, 1);
  update(weighting, norms({2, 4}), {3, 5});  // ratios 1, 1: both targets are the mean, 3
  double const low = 1 + 0.1 * 2, high = 1 - 0.1 * 4;
  EXPECT_NEAR(weights(weighting)[0], 2 * low / (low + high), 1e-15);
  EXPECT_NEAR(weights(weighting)[1], 2 * high / (low + high), 1e-15);
}

TEST(GradNorm, WithoutAsymmetryNormsBecomeEqual) {
  Weighting weighting = make_gradnorm({1, 1, 1}, 1e-4, 0);
  for (int step = 0; step < 20'000; ++step) update(weighting, norms({1, 2, 4}), {1, 1, 1});
  auto const found = weights(weighting);  // proportional to 1, 1/2, 1/4 with sum 3
  EXPECT_NEAR(found[0], 12.0 / 7, 2e-3);
  EXPECT_NEAR(found[1], 6.0 / 7, 2e-3);
  EXPECT_NEAR(found[2], 3.0 / 7, 2e-3);
}

TEST(GradNorm, SlowTasksArePulledByTheirRelativeRateToThePower) {
  double const asymmetry = 1.5;
  Weighting weighting = make_gradnorm({1, 1}, 1e-4, asymmetry);
  update(weighting, norms({1, 1}), {2, 2});
  for (int step = 0; step < 20'000; ++step) update(weighting, norms({1, 1}), {1, 1.5});  // ratios .5, .75
  // r = .8, 1.2; both targets can be met where their powers sum to 2, else the norms' shares take their proportion
  auto const found = weights(weighting);
  EXPECT_NEAR(found[0] + found[1], 2, 1e-12);
  EXPECT_GT(found[1], found[0]);
  EXPECT_NEAR(found[1], std::pow(1.2, asymmetry), 0.04);
}

TEST(GradNorm, KeepsAWeightThatAStepWouldTakeBelowZero) {
  Weighting weighting = make_gradnorm({1, 1}, 1, 0);
  update(weighting, norms({1, 100}), {1, 1});
  auto const low = weights(weighting);
  EXPECT_GT(low[1], 0);
  update(weighting, norms({1, 0.1}), {1, 1});
  EXPECT_GT(weights(weighting)[1], low[1]);
}

TEST(GradNorm, AbsentTasksNeitherMoveNorCount) {
  Weighting weighting = make_gradnorm({1, 1, 1}, 0.1, 1);
  auto alignments = norms({2, 2, 1000});
  alignments.present[2] = false;
  update(weighting, alignments, {1, 1, 0});
  for (double const weight : weights(weighting)) EXPECT_NEAR(weight, 1, 1e-15);
  EXPECT_EQ(std::get<GradNorm>(weighting).initial[2], 0);
}

TEST(GradNorm, StateHoldsTheFirstLosses) {
  std::vector<std::string> const names = {"end", "text"};
  Weighting saved = make_gradnorm({1, 1}, 0.1, 1), loaded = make_gradnorm({1, 1}, 0.1, 1);
  update(saved, norms({2, 4}), {3, 5});
  auto const state = save_state(saved, names);
  EXPECT_EQ(state.at("end/initial_loss"), 3);
  load_state(loaded, names, state);
  for (Weighting* one : {&saved, &loaded}) update(*one, norms({1, 2}), {1, 4});
  EXPECT_EQ(weights(loaded), weights(saved));
  EXPECT_THROW(load_state(loaded, names, {{"end", 1}, {"text", 1}}), Error);
}

TEST(GradNorm, NeedsNormsAndLosses) {
  Needs const found = needs(make_gradnorm({1, 1}, 0.1, 1));
  EXPECT_TRUE(found.norms && found.losses && found.looks());
  EXPECT_FALSE(found.alignments || found.end_alignments);
  Weighting weighting = make_gradnorm({1, 1}, 0.1, 1);
  EXPECT_THROW(update(weighting, norms({1, 1})), Error);
  EXPECT_THROW(make_gradnorm({1, 0}, 0.1, 1), Error);
}

}  // namespace
}  // namespace tartan::weighting
