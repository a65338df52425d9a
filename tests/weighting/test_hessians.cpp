#include "analytic.hpp"

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

//! Losses sum_k curvature_ik (theta_k - target_ik)^2 / 2 of two tasks that disagree in curvature: there, following
//! alignments at theta does not lead to the best dev loss.
std::vector<Vector> const curvature = {{1, 4}, {4, 1}};
std::vector<Vector> const target = {{1, 0}, {0, 1}};

Vector gradient(std::size_t task, Vector const& theta) {
  Vector result = theta;
  analytic::add(result, -1, target[task]);
  for (std::size_t k = 0; k < result.size(); ++k) result[k] *= curvature[task][k];
  return result;
}

//! Task 1's weight in the end, by the rule's own training loop.
double learned(Vector const& dev_target, Weighting weighting) {
  Vector theta(2, 0.0);
  for (int step = 0; step < 30'000; ++step) {
    std::vector<Vector> const gradients = {gradient(0, theta), gradient(1, theta)};
    Vector probe = theta;
    analytic::add(probe, -1, dev_target);
    analytic::add(theta, -0.05, analytic::mix(weights(weighting), gradients));
    update(weighting, analytic::align(gradients, probe));
  }
  return weights(weighting)[0];
}

//! Task 1's weight whose optimum has the least dev loss, to .001.
double bilevel(Vector const& dev_target) {
  double best = 0, least = 1e9;
  for (double w = 0; w <= 1; w += 0.0005) {
    Vector const optimum = {w / (w + 4 * (1 - w)), (1 - w) / (4 * w + 1 - w)};
    double const loss = analytic::squared_distance(optimum, dev_target);
    if (loss < least) least = loss, best = w;
  }
  return best;
}

struct Case {
  Vector dev_target;
  double meta, exact;
};

class Hessians : public ::testing::TestWithParam<Case> {};

TEST_P(Hessians, MetaTartanIsWrongByAKnownAmount) {
  auto const& [dev_target, meta, exact] = GetParam();
  EXPECT_NEAR(learned(dev_target, make_meta_tartan(2, 0.001)), meta, 0.0005);
  EXPECT_NEAR(learned(dev_target, make_meta_tartan(2, 0.01, Similarity::dot)), meta, 0.0005);
  EXPECT_NEAR(bilevel(dev_target), exact, 0.001);
}

INSTANTIATE_TEST_SUITE_P(Targets, Hessians,
                         ::testing::Values(Case{{0.5, 0.5}, 0.5, 0.355}, Case{{0.3, 0.5}, 0.293, 0.244},
                                           Case{{0.35, 0.10}, 0.685, 0.684}));

}  // namespace
}  // namespace tartan::weighting
