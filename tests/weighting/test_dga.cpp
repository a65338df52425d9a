#include "analytic.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>
#include <limits>

namespace tartan::weighting {
namespace {

using analytic::Vector;

Vector const thirds = {1.0 / 3, 1.0 / 3, 1.0 / 3};

//! Alignments of an end task and two auxiliaries whose gradients have these dot products with the end task's.
Alignments with_dots(double first, double second) {
  return {.dot = {4, first, second}, .norm = {2, 3, 5}, .present = {true, true, true}, .probe_norm = 2};
}

TEST(Dga, IsMirrorDescentOfTheAuxiliariesOnDotProducts) {
  Weighting weighting = make_dga(thirds, 0.1, Similarity::dot, 1);
  for (int step = 0; step < 10; ++step) update(weighting, with_dots(0.7, -0.2));
  auto const found = weights(weighting);
  EXPECT_EQ(found[0], 1.0 / 3);
  EXPECT_NEAR(found[1] / found[2], std::exp(0.1 * 10 * 0.9), 1e-12);
  EXPECT_NEAR(found[0] + found[1] + found[2], 1, 1e-15);
}

TEST(Dga, CosineComparesDirectionsOnly) {
  Weighting weighting = make_dga(thirds, 0.1, Similarity::cosine, 1);
  update(weighting, with_dots(0.6, 1.0));  // both .1
  EXPECT_NEAR(weights(weighting)[1], weights(weighting)[2], 1e-15);
}

TEST(Dga, AverageTakesItsShareOfTheNewWeights) {
  double const fresh = std::exp(0.3) / (std::exp(0.3) + 1);
  Weighting weighting = make_dga({0, 0.5, 0.5}, 0.3, Similarity::dot, 0.1);
  update(weighting, with_dots(1, 0));
  EXPECT_NEAR(weights(weighting)[1], 0.9 * 0.5 + 0.1 * fresh, 1e-15);
  EXPECT_EQ(weights(weighting)[0], 0);
}

TEST(Dga, AbsentTasksAlignWithNothing) {
  Weighting weighting = make_dga(thirds, 0.1, Similarity::dot, 1);
  auto alignments = with_dots(0, std::numeric_limits<double>::quiet_NaN());
  alignments.present[2] = false;
  update(weighting, alignments);
  EXPECT_NEAR(weights(weighting)[1], weights(weighting)[2], 1e-15);
}

//! The end task's optimum lies between two domains at a quarter of the way; a third one lies elsewhere.
TEST(Dga, FindsThePlantedMixture) {
  analytic::Quadratics problem{
      .targets = {{0.25, 0, 0}, {0, 0, 0}, {1, 0, 0}, {0, 0, 2}}, .dev_target = {0.25, 0, 0}, .learning_rate = 0.05};
  Weighting weighting = make_dga({0, 0.3, 0.3, 0.4}, 0.02, Similarity::dot, 0.5);
  Vector theta(3, 0.0);
  Stream stream{Key(1)};
  for (int step = 0; step < 40'000; ++step) analytic::step(problem, weighting, theta, stream);
  auto const found = weights(weighting);
  EXPECT_NEAR(found[1], 0.75, 0.005);
  EXPECT_NEAR(found[2], 0.25, 0.005);
  EXPECT_LT(found[3], 0.005);
}

TEST(Dga, StateIsOfTheAuxiliaries) {
  std::vector<std::string> const names = {"end", "a", "b"};
  Weighting saved = make_dga(thirds, 0.1, Similarity::dot, 1), loaded = saved;
  update(saved, with_dots(1, 0));
  auto const state = save_state(saved, names);
  EXPECT_EQ(state.size(), 2U);
  load_state(loaded, names, state);
  EXPECT_EQ(weights(loaded), weights(saved));
}

TEST(Dga, RefusesWhatLeavesNothingToShare) {
  for (Vector const& bad : {Vector{1, 0.5}, Vector{-0.1, 0.5}, Vector{0.5, 0}}) try {
      make_dga(bad, 0.1, Similarity::dot, 1);
      ADD_FAILURE() << "accepted";
    } catch (Error const& error) {
      EXPECT_EQ(error.status(), ExitStatus::usage);
    }
  EXPECT_THROW(make_dga(thirds, 0.1, Similarity::dot, 0), Error);
  EXPECT_THROW(make_dga(thirds, -0.1, Similarity::dot, 1), Error);
}

}  // namespace
}  // namespace tartan::weighting
