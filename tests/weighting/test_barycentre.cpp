#include "analytic.hpp"

#include <array>
#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Quadratics;
using analytic::Vector;

constexpr int steps = 60'000;
constexpr int average_from = 45'000;  // the last weights circle the answer within .002

//! Quadratics in 10 dimensions around points of a plane.
Quadratics in_plane(std::vector<std::array<double, 2>> const& points, Vector const& dev_target) {
  Quadratics problem{.targets = {}, .dev_target = Vector(10, 0.0), .learning_rate = 0.05};
  for (auto const& point : points) {
    Vector& target = problem.targets.emplace_back(10, 0.0);
    std::copy(point.begin(), point.end(), target.begin());
  }
  std::copy(dev_target.begin(), dev_target.end(), problem.dev_target.begin());
  return problem;
}

Quadratics triangle(Vector const& dev_target) { return in_plane({{0, 0}, {1, 0}, {0.2, 1}}, dev_target); }

//! The triangle's point of these barycentric coordinates.
Vector point_at(Vector const& share) { return {share[1] + 0.2 * share[2], share[2]}; }

void expect_near(Vector const& found, Vector const& expected, double tolerance) {
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << "task " << i;
}

std::vector<Vector> const planted = {{0.5, 0.3, 0.2}, {0.2, 0.2, 0.6}, {0.34, 0.33, 0.33}};

class Barycentre : public ::testing::TestWithParam<analytic::Rule> {};

TEST_P(Barycentre, FindsThePlantedWeights) {
  for (Vector const& share : planted)
    expect_near(learn_weights(triangle(point_at(share)), GetParam().make(3), steps, average_from), share, 0.001);
}

TEST_P(Barycentre, FindsThemUnderGradientNoise) {
  for (Vector const& share : planted)
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Quadratics problem = triangle(point_at(share));
      problem.gradient_noise = 0.3;
      problem.probe_noise = 0.1;
      expect_near(learn_weights(problem, GetParam().make(3), steps, average_from, Key(seed)), share, 0.008);
    }
}

TEST_P(Barycentre, TargetOutsideTheHullGivesItsProjection) {
  expect_near(learn_weights(triangle({0.44, -0.3}), GetParam().make(3), steps, average_from), {0.56, 0.44, 0}, 0.001);
}

TEST_P(Barycentre, AClonedTaskSharesWithItsClone) {
  auto const problem = in_plane({{0, 0}, {1, 0}, {0.2, 1}, {1, 0}}, point_at({0.5, 0.3, 0.2}));
  auto const found = learn_weights(problem, GetParam().make(4), steps, average_from);
  expect_near(found, {0.5, 0.15, 0.2, 0.15}, 0.001);
  EXPECT_EQ(found[1], found[3]);
}

INSTANTIATE_TEST_SUITE_P(Similarity, Barycentre,
                         ::testing::Values(analytic::cosine_rule(0.001), analytic::dot_rule(0.01)),
                         [](auto const& instance) { return instance.param.name; });

}  // namespace
}  // namespace tartan::weighting
