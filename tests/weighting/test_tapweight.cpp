#include "analytic.hpp"

#include <tartan/core/error.hpp>
#include <tartan/weighting/tapweight.hpp>

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

void expect_near(Vector const& found, Vector const& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << i;
}

Vector softmax_of(Vector logits) {
  double sum = 0;
  for (double& value : logits) sum += value = std::exp(value);
  for (double& value : logits) value /= sum;
  return logits;
}

//! ALGORITHMS 7.11: grad L_m at theta = (1/3, 1/3), grad L_val at phi = (5/12, 5/12).
TEST(tapweight, OfTheQuadraticOracle) {
  Vector const validation = {5. / 12 - 1, 5. / 12 - 0.5};
  std::vector<Vector> const gradients = {{-2. / 3, 2. / 3}, {2. / 3, -2. / 3}};
  Vector const products = {analytic::dot(gradients[0], validation), analytic::dot(gradients[1], validation)};
  Vector const slopes = tapweight_slopes(products, 0.5);
  expect_near(slopes, {-1. / 3, 1. / 3}, 1e-15);
  expect_near(through_softmax({0.5, 0.5}, slopes), {-1. / 6, 1. / 6}, 1e-15);
}

TEST(tapweight, SlopesGrowWithTheCouplingAndVanishWithoutIt) {
  expect_near(tapweight_slopes({1, -2, 0}, 0.3), {-0.6, 1.2, 0}, 1e-15);
  EXPECT_EQ(tapweight_slopes({1, -2, 5}, 0), Vector(3, 0.0));
  EXPECT_EQ(tapweight_slopes({1, -2}, {3, 4}, 0), Vector(2, 0.0));
}

//! At gamma = 1/2 a language run does not notice whether the second term is there: the next two do.
TEST(tapweight, DistanceCountsWhereLevelThreeHasTheProximalTerm) {
  Vector const products = {1, -2}, distances = {0.5, 3};
  EXPECT_EQ(tapweight_slopes(products, distances, 0.5), tapweight_slopes(products, 0.5));
  expect_near(tapweight_slopes(products, distances, 0.2), {-0.4 + 0.24 * 0.5, 0.8 + 0.24 * 3}, 1e-15);
  expect_near(tapweight_slopes(products, distances, 1), {-2 - 2 * 0.5, 4 - 2 * 3}, 1e-15);
}

TEST(tapweight, SoftmaxJacobianIsThatOfADifference) {
  Vector const logits = {0.4, -1, 0.1}, slopes = {2, -1, 0.5};
  Vector const found = through_softmax(softmax_of(logits), slopes);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    Vector up = logits, down = logits;
    up[i] += 1e-5;
    down[i] -= 1e-5;
    EXPECT_NEAR(found[i], (analytic::dot(softmax_of(up), slopes) - analytic::dot(softmax_of(down), slopes)) / 2e-5,
                1e-9);
  }
  expect_near(through_softmax(softmax_of(logits), {7, 7, 7}), {0, 0, 0}, 1e-14);
}

TEST(tapweight, EveryTaskHasItsProduct) {
  EXPECT_THROW(tapweight_slopes({1, 2}, {1}, 0.5), Error);
  EXPECT_THROW(through_softmax({0.5, 0.5}, {1}), Error);
}

}  // namespace
}  // namespace tartan::weighting
