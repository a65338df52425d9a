#include "analytic.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>
#include <limits>

namespace tartan::weighting {
namespace {

using analytic::Vector;

//! Gradients whose cosines with the first one are 1, .6, 0 and -.8.
std::vector<Vector> const four = {{2, 0}, {3, 4}, {0, 7}, {-4, 3}};
Vector const cosine = {1, 0.6, 0, -0.8};

Alignments align_with_first(std::vector<Vector> const& gradients) { return analytic::align(gradients, gradients[0]); }

//! e^(rate c_i) / sum_j e^(rate c_j)
Vector closed_form(double rate) {
  double sum = 0;
  Vector result;
  for (double const c : cosine) sum += std::exp(rate * c);
  for (double const c : cosine) result.push_back(std::exp(rate * c) / sum);
  return result;
}

void expect_near(Vector const& found, Vector const& expected, double tolerance = 1e-14) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << i;
}

//! One update of rate 1 is the published epoch; so are K of rate 1 / K where the cosines stand still.
TEST(tawt, OneEpochInClosedForm) {
  Weighting whole = make_tawt({1, 1, 1, 1}, 1), parts = make_tawt({1, 1, 1, 1}, 0.05);
  expect_near(weights(whole), Vector(4, 0.25));
  update(whole, align_with_first(four));
  for (int step = 0; step < 20; ++step) update(parts, align_with_first(four));
  expect_near(weights(whole), closed_form(1));
  expect_near(weights(parts), closed_form(1));
}

TEST(tawt, StartsAtAnyWeights) {
  Weighting weighting = make_tawt({3, 1, 1, 5}, 0.5);
  expect_near(weights(weighting), {0.3, 0.1, 0.1, 0.5});
  update(weighting, align_with_first(four));
  auto const found = weights(weighting);
  EXPECT_NEAR(found[3] / found[0], 5 / 3. * std::exp(0.5 * (-0.8 - 1)), 1e-14);
  EXPECT_NEAR(found[0] + found[1] + found[2] + found[3], 1, 1e-15);
}

TEST(tawt, DotCountsLengths) {
  Weighting weighting = make_tawt({1, 1}, 0.1, Similarity::dot);
  update(weighting, align_with_first({{2, 0}, {3, 4}}));
  EXPECT_NEAR(weights(weighting)[1] / weights(weighting)[0], std::exp(0.1 * (6 - 4)), 1e-14);
}

TEST(tawt, AbsentTasksAlignWithNothing) {
  Weighting weighting = make_tawt({1, 1, 1, 1}, 1);
  auto alignments = align_with_first(four);
  alignments.present[1] = false;
  alignments.dot[1] = std::numeric_limits<double>::quiet_NaN();
  update(weighting, alignments);
  EXPECT_NEAR(weights(weighting)[1], weights(weighting)[2], 1e-15);
}

TEST(tawt, KeepsToItsBounds) {
  auto rule = make_tawt({1, 1, 1, 1}, 1);
  rule.bounds = {.lowest = 0.2, .highest = 1};
  Weighting weighting = rule;
  for (int step = 0; step < 5; ++step) update(weighting, align_with_first(four));
  EXPECT_NEAR(weights(weighting)[3], 0.2, 1e-15);
  EXPECT_GT(weights(weighting)[0], weights(weighting)[1] - 1e-15);
}

//! Weights after 500 steps on |theta - target|^2 / 2 of the end task, of its clone and of a task that pulls elsewhere,
//! each with noise of its own in its gradients. The end task's own gradient judges, as in a run.
Vector learned_beside_a_clone(double noise) {
  std::vector<Vector> const targets = {{1, 0}, {1, 0}, {-1, 2}};
  Weighting weighting = make_tawt({1, 1, 1}, 0.02);
  Vector theta(2, 0.0);
  Stream stream{Key(1)};
  for (int step = 0; step < 500; ++step) {
    std::vector<Vector> gradients;
    for (auto const& target : targets) gradients.push_back(analytic::difference(theta, target, noise, stream));
    analytic::add(theta, -0.01, analytic::mix(weights(weighting), gradients));
    update(weighting, align_with_first(gradients));
  }
  return weights(weighting);
}

TEST(tawt, AClonesShareIsTheEndTasks) {
  auto const found = learned_beside_a_clone(0);
  EXPECT_LT(found[2], 0.01);
  EXPECT_NEAR(found[0], found[1], 1e-12);
}

//! Noise shortens every cosine but the end task's with itself: jobs/recipes/tawt.md says so.
TEST(tawt, NoiseFavoursTheEndTaskOverItsClone) {
  auto const found = learned_beside_a_clone(0.5);
  EXPECT_GT(found[0], 2 * found[1]);
  EXPECT_GT(found[1], found[2]);
}

TEST(tawt, StateIsOfAllTasks) {
  std::vector<std::string> const names = {"end", "a", "b", "c"};
  Weighting saved = make_tawt({1, 1, 1, 1}, 0.1), loaded = saved;
  update(saved, align_with_first(four));
  auto const state = save_state(saved, names);
  EXPECT_EQ(state.size(), 4U);
  load_state(loaded, names, state);
  EXPECT_EQ(weights(loaded), weights(saved));
  EXPECT_TRUE(needs(saved).end_alignments);
  EXPECT_FALSE(needs(saved).alignments);
}

TEST(tawt, RefusesWhatCannotStart) {
  EXPECT_THROW(make_tawt({1, 0}, 0.1), Error);
  EXPECT_THROW(make_tawt({}, 0.1), Error);
  EXPECT_THROW(make_tawt({1, 1}, -0.1), Error);
}

}  // namespace
}  // namespace tartan::weighting
