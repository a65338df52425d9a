#include "analytic.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

Alignments align_with_first(std::vector<Vector> const& gradients) { return analytic::align(gradients, gradients[0]); }

std::vector<Vector> const four = {{2, 0}, {3, 4}, {0, 1}, {-1, 5}};  // cosines 1, .6, 0, below 0

TEST(Gcs, ThresholdPassesWhatDoesNotOppose) {
  Weighting weighting = make_gcs({1, 1, 1, 1}, Gate::threshold);
  update(weighting, align_with_first(four));
  EXPECT_EQ(weights(weighting), (Vector{1, 1, 1, 0}));
}

TEST(Gcs, CosinePassesItsPositiveShareOfTheFactor) {
  Weighting weighting = make_gcs({1, 0.5, 1, 1}, Gate::cosine);
  update(weighting, align_with_first(four));
  auto const found = weights(weighting);
  EXPECT_EQ(found[0], 1);
  EXPECT_NEAR(found[1], 0.3, 1e-15);
  EXPECT_EQ(found[2], 0);
  EXPECT_EQ(found[3], 0);
}

TEST(Gcs, TheGateOfAStepIsWhatItsUpdateKeeps) {
  Weighting weighting = make_gcs({1, 0.5, 2, 1}, Gate::cosine);
  auto const cosine = cosines(align_with_first(four));
  update(weighting, align_with_first(four));
  for (std::size_t i = 0; i < four.size(); ++i)
    EXPECT_EQ(gate(weighting, i, cosine[i], true, true), weights(weighting)[i]);
}

TEST(Gcs, NothingPassesBesideAnEndTaskWithoutExamples) {
  Weighting weighting = make_gcs({1, 1, 1, 1}, Gate::threshold);
  auto alignments = align_with_first(four);
  alignments.present = {false, true, true, true};
  update(weighting, alignments);
  EXPECT_EQ(weights(weighting), (Vector{1, 0, 0, 0}));
}

//! Two quadratics: an auxiliary whose optimum lies elsewhere pulls fixed weights away, and gated ones not (proposition
//! 1).
TEST(Gcs, ConvergesToTheEndTasksOptimum) {
  for (Gate const kind : {Gate::threshold, Gate::cosine}) {
    Weighting weighting = make_gcs({1, 1}, kind);
    Vector theta = {3, 3};
    for (int step = 0; step < 20'000; ++step) {
      Vector end = theta, other = theta;
      analytic::add(end, -1, {1, 0});
      analytic::add(other, -1, {0, 2});
      auto const alignments = align_with_first({end, other});
      double const passes = gate(weighting, 1, cosines(alignments)[1], true, true);
      update(weighting, alignments);
      analytic::add(theta, -0.01, analytic::mix({1, passes}, {end, other}));
    }
    EXPECT_LT(analytic::squared_distance(theta, {1, 0}), 1e-3);
  }
}

TEST(Gcs, RefusesFactorsThatCannotWeigh) {
  EXPECT_THROW(make_gcs({1, -1}, Gate::threshold), Error);
  EXPECT_THROW(make_gcs({}, Gate::threshold), Error);
  EXPECT_THROW(gate(make_fixed({1, 1}), 1, 0.5, true, true), Error);
}

}  // namespace
}  // namespace tartan::weighting
