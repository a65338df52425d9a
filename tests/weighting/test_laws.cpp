#include "analytic.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>
#include <limits>

namespace tartan::weighting {
namespace {

using analytic::Vector;

//! Unit vectors at these cosines to the probe (1, 0), lengthened so that only directions can matter.
Alignments at_cosines(Vector const& cosine) {
  std::vector<Vector> gradients;
  for (double const c : cosine) {
    double const length = 0.5 + static_cast<double>(gradients.size());
    gradients.push_back({length * c, length * std::sqrt(1 - c * c)});
  }
  return analytic::align(gradients, {3, 0});
}

Vector repeat(Weighting weighting, Alignments const& alignments, int steps) {
  for (int step = 0; step < steps; ++step) update(weighting, alignments);
  return weights(weighting);
}

TEST(MetaTartan, IsMirrorDescentOnSummedCosines) {
  double const rate = 0.03;
  Weighting weighting = make_meta_tartan(4, rate);
  Stream stream{Key(7)};
  Vector sums(4, 0.0);
  for (int step = 0; step < 500; ++step) {
    std::vector<Vector> gradients;
    for (int i = 0; i < 4; ++i) gradients.push_back(analytic::normal_vector(stream, 10, 1 + i));
    auto const alignments = analytic::align(gradients, analytic::normal_vector(stream, 10, 2));
    analytic::add(sums, 1, cosines(alignments));
    update(weighting, alignments);
  }
  Vector expected(4);
  for (std::size_t i = 0; i < 4; ++i) expected[i] = std::exp(rate * sums[i]);
  double const total = std::accumulate(expected.begin(), expected.end(), 0.0);
  auto const found = weights(weighting);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], expected[i] / total, 1e-10);
}

TEST(MetaTartan, IdenticalOrthogonalAndOpposedTasksPartByKnownRatios) {
  auto const found = repeat(make_meta_tartan(3, 0.01), at_cosines({1, 0, -1}), 300);
  EXPECT_NEAR(found[0] / found[1], std::exp(3.0), 1e-9);
  EXPECT_NEAR(found[0] / found[2], std::exp(6.0), 1e-8);
}

TEST(MetaTartan, SeveralLooksMoveLogitsByTheirMeanCosine) {
  Alignments first = at_cosines({0.5, -0.2, 0.9}), second = at_cosines({0.1, 0.6, -0.3});
  second.present[2] = false;
  MetaTartan rule = make_meta_tartan(3, 0.7);
  Weighting weighting = rule;
  update(weighting, std::vector{first, second});
  double const means[] = {0.3, 0.2, 0.9};  // over the looks in which a task is present
  auto const& logits = std::get<MetaTartan>(weighting).logits;
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(logits[i], rule.logits[i] + 0.7 * means[i], 1e-14);
  Weighting of_mean = rule;
  update(of_mean, mean({first, second}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(std::get<MetaTartan>(of_mean).logits[i], logits[i], 1e-14);
}

TEST(MetaTartan, AMeanOfAlignmentsKeepsMeanNormsAndCosines) {
  Alignments const first = at_cosines({0.5, -0.2}), second = at_cosines({0.1, 0.6});
  Alignments const both = mean({first, second});
  EXPECT_NEAR(cosines(both)[0], 0.3, 1e-15);
  EXPECT_NEAR(cosines(both)[1], 0.2, 1e-15);
  EXPECT_NEAR(both.norm[1], 1.5, 1e-15);
  EXPECT_NEAR(both.probe_norm, 3, 1e-15);
  EXPECT_EQ(mean({first}).dot, first.dot);
}

//! Rules that go by products see their mean, not one made of mean cosines and norms.
TEST(DotProducts, AMeanOfAlignmentsKeepsThem) {
  Alignments first{.dot = {6}, .norm = {2}, .present = {true}, .probe_norm = 10};
  Alignments second{.dot = {-1}, .norm = {5}, .present = {true}, .probe_norm = 1};
  Alignments const both = mean({first, second});
  EXPECT_NEAR(both.dot[0], 2.5, 1e-15);
  EXPECT_NEAR(cosines(both)[0], 0.05, 1e-15);
}

TEST(MetaTartan, InFloat32LogitsAreFloats) {
  MetaTartan rule = make_meta_tartan(3, 0.3);
  Weighting full = rule;
  keep_in_float32(rule);
  Weighting weighting = rule;
  for (int step = 0; step < 20; ++step) {
    update(full, at_cosines({0.5, -0.2, 0.9}));
    update(weighting, at_cosines({0.5, -0.2, 0.9}));
    for (double const logit : std::get<MetaTartan>(weighting).logits) EXPECT_EQ(logit, static_cast<float>(logit));
    for (double const weight : weights(weighting)) EXPECT_EQ(weight, static_cast<float>(weight));
  }
  EXPECT_NE(weights(weighting), weights(full));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(weights(weighting)[i], weights(full)[i], 1e-5);
}

TEST(MetaTartan, ATinyGradientCountsWholeWithoutALeastProductOfNorms) {
  Alignments tiny{.dot = {1e-12}, .norm = {2e-12}, .present = {true}, .probe_norm = 1};
  EXPECT_NEAR(cosines(tiny)[0], 1e-4, 1e-18);
  tiny.least_norm_product = 0;
  EXPECT_NEAR(cosines(tiny)[0], 0.5, 1e-15);
}

TEST(MetaTartan, RatioMovesAtMostByRateTimesStepsTimesCosineGap) {
  auto const found = repeat(make_meta_tartan(2, 0.05), at_cosines({0.4, 0.3}), 50);
  EXPECT_NEAR(found[0] / found[1], std::exp(0.05 * 50 * 0.1), 1e-10);
  EXPECT_NEAR(found[0] / found[1], 1.28, 0.005);
}

TEST(MetaTartan, PermutingTasksPermutesWeights) {
  auto const straight = repeat(make_meta_tartan(3, 0.1), at_cosines({0.9, 0.1, -0.5}), 40);
  auto const turned = repeat(make_meta_tartan(3, 0.1), at_cosines({-0.5, 0.9, 0.1}), 40);
  EXPECT_NEAR(turned[0], straight[2], 1e-12);
  EXPECT_NEAR(turned[1], straight[0], 1e-12);
  EXPECT_NEAR(turned[2], straight[1], 1e-12);
}

TEST(MetaTartan, StartsUniformWithLogitsOfThePublishedCode) {
  auto const rule = make_meta_tartan(4, 0.01);
  EXPECT_EQ(rule.logits, Vector(4, 0.25));
  EXPECT_EQ(weights(rule), Vector(4, 0.25));
}

TEST(MetaTartan, RateZeroKeepsUniformWeightsBitForBit) {
  EXPECT_EQ(repeat(make_meta_tartan(4, 0), at_cosines({1, 0.5, 0, -1}), 100), Vector(4, 0.25));
}

TEST(MetaTartan, OneTaskKeepsAllWeight) {
  EXPECT_EQ(repeat(make_meta_tartan(1, 0.5), at_cosines({-0.7}), 1000), Vector{1});
}

TEST(MetaTartan, AbsentTasksAreLeftAlone) {
  Weighting weighting = make_meta_tartan(3, 0.1);
  auto alignments = at_cosines({1, 1, -1});
  alignments.present[1] = false;
  alignments.dot[1] = std::numeric_limits<double>::quiet_NaN();
  update(weighting, alignments);
  EXPECT_EQ(cosines(alignments)[1], 0);
  auto const& logits = std::get<MetaTartan>(weighting).logits;
  EXPECT_NEAR(logits[0], 1.0 / 3 + 0.1, 1e-15);
  EXPECT_EQ(logits[1], 1.0 / 3);
  EXPECT_NEAR(logits[2], 1.0 / 3 - 0.1, 1e-15);
}

TEST(MetaTartan, VanishingGradientsHaveNoCosine) {
  auto const alignments = analytic::align({{0, 0}, {1e-30, 0}}, {1, 0});
  EXPECT_EQ(cosines(alignments)[0], 0);
  EXPECT_LT(cosines(alignments)[1], 1e-20);
}

TEST(MetaTartan, NonFiniteAlignmentIsDivergenceAndChangesNothing) {
  Weighting weighting = make_meta_tartan(2, 0.1);
  auto alignments = at_cosines({1, 0});
  alignments.norm[1] = alignments.dot[1] = std::numeric_limits<double>::infinity();
  try {
    update(weighting, alignments);
    FAIL() << "an infinite gradient was accepted";
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::diverged);
  }
  EXPECT_EQ(std::get<MetaTartan>(weighting).logits, Vector(2, 0.5));
}

TEST(MetaTartan, LargeLogitsDoNotOverflow) {
  auto const found = weights(MetaTartan{.rate = 1, .logits = {5000, 4999, -5000}});
  EXPECT_NEAR(found[0] / found[1], std::exp(1.0), 1e-12);
  EXPECT_EQ(found[2], 0);
}

TEST(MetaTartan, RefusesMisshapenInput) {
  Weighting weighting = make_meta_tartan(2, 0.1);
  EXPECT_THROW(update(weighting, at_cosines({1, 0, 1})), Error);
  EXPECT_THROW(make_meta_tartan(0, 0.1), Error);
  EXPECT_THROW(make_meta_tartan(2, -1), Error);
  EXPECT_THROW(make_meta_tartan(2, std::numeric_limits<double>::quiet_NaN()), Error);
}

}  // namespace
}  // namespace tartan::weighting
