#include "analytic.hpp"

#include <array>
#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Quadratics;
using analytic::Vector;

constexpr std::size_t dimensions = 200;
constexpr std::uint64_t num_seeds = 20;
std::array<double, 4> const shift_variance = {0, 0.002, 0.01, 0.05};
std::array<double, 4> const num_examples = {150, 1000, 1000, 1000};

//! Task t's estimate is off by the variance of its shift and of its examples: statistics says weigh by the inverse.
Vector optimal_weights() {
  Vector result;
  for (std::size_t t = 0; t < 4; ++t) result.push_back(1 / (shift_variance[t] + 1 / num_examples[t]));
  double const total = std::accumulate(result.begin(), result.end(), 0.0);
  for (double& weight : result) weight /= total;
  return result;
}

struct Draw {
  Vector truth;
  Quadratics problem;
};

Draw draw(std::uint64_t seed, double num_dev_examples) {
  Stream stream{Key(seed).with("transfer")};
  Draw result;
  result.truth = analytic::normal_vector(stream, dimensions, 1 / std::sqrt(static_cast<double>(dimensions)));
  auto const near_truth = [&](double variance) {
    Vector point = analytic::normal_vector(stream, dimensions, std::sqrt(variance));
    analytic::add(point, 1, result.truth);
    return point;
  };
  for (std::size_t t = 0; t < 4; ++t)
    result.problem.targets.push_back(near_truth(shift_variance[t] + 1 / num_examples[t]));
  result.problem.dev_target = near_truth(1 / num_dev_examples);
  return result;
}

//! Means over the seeds.
struct Outcome {
  Vector weights = Vector(4, 0.0);
  double learned_risk = 0;
  double optimal_risk = 0;
  double uniform_risk = 0;
  double end_task_risk = 0;
};

Outcome run(double num_dev_examples) {
  Outcome mean;
  double const share = 1.0 / num_seeds;
  for (std::uint64_t seed = 0; seed < num_seeds; ++seed) {
    auto const [truth, problem] = draw(seed, num_dev_examples);
    auto const risk = [&](Vector const& weights) {
      return share * analytic::squared_distance(analytic::mix(weights, problem.targets), truth);
    };
    Vector const learned = analytic::learn_weights(problem, make_meta_tartan(4, 0.01), 6000, 4000);
    analytic::add(mean.weights, share, learned);
    mean.learned_risk += risk(learned);
    mean.optimal_risk += risk(optimal_weights());
    mean.uniform_risk += risk(Vector(4, 0.25));
    mean.end_task_risk += risk({1, 0, 0, 0});
  }
  return mean;
}

// Tolerances: two standard errors of a difference between two means of 20 seeds, both measured.
TEST(PlantedTransfer, LearnsNearlyTheStatisticallyOptimalWeights) {
  Outcome const found = run(114);
  Vector const reference = {0.254, 0.555, 0.152, 0.039};
  Vector const tolerance = {0.043, 0.037, 0.034, 0.017};
  for (std::size_t t = 0; t < 4; ++t) EXPECT_NEAR(found.weights[t], reference[t], tolerance[t]) << "task " << t;
  EXPECT_NEAR(found.learned_risk, 0.347, 0.024);
  EXPECT_NEAR(found.optimal_risk, 0.329, 0.018);
  EXPECT_NEAR(found.uniform_risk, 0.909, 0.051);
  EXPECT_NEAR(found.end_task_risk, 1.307, 0.073);
  EXPECT_NEAR(found.learned_risk / found.optimal_risk, 0.347 / 0.329, 0.03);
}

TEST(PlantedTransfer, FewerDevExamplesCostLittle) {
  Outcome const many = run(114);
  Outcome const few = run(50);
  EXPECT_NEAR(few.learned_risk, 0.374, 0.036);
  EXPECT_GT(few.learned_risk, many.learned_risk);
  EXPECT_LT(few.learned_risk, 0.5 * few.uniform_risk);
}

TEST(PlantedTransfer, OptimumIsInverseToTheVariances) {
  Vector const expected = {0.253, 0.561, 0.153, 0.033};
  for (std::size_t t = 0; t < 4; ++t) EXPECT_NEAR(optimal_weights()[t], expected[t], 0.0005);
}

}  // namespace
}  // namespace tartan::weighting
