// Two levels: weights learned by the hypergradient where META-TARTAN is known to be wrong (CHECKS 3).
#include "hypergradient_quadratics.hpp"

#include <gtest/gtest.h>

namespace tartan::train {
namespace {

using namespace quadratics;

struct Case {
  std::vector<double> dev_target;
  double start;  //!< task 1's first weight
  double exact;  //!< its last one
};

//! Task 1's weight whose optimum is nearest to the target, on the side of 1/2 where it starts.
double searched(Case const& c) {
  double const from = c.start > 0.5 ? 0.5 : 0, to = c.start < 0.5 ? 0.5 : 1;
  double best = 0, least = 1e9;
  for (double w = from; w <= to; w += 1e-6) {
    double const x = w / (w + 4 * (1 - w)) - c.dev_target[0], y = (1 - w) / (4 * w + 1 - w) - c.dev_target[1];
    if (x * x + y * y < least) least = x * x + y * y, best = w;
  }
  return best;
}

//! Descent on the logits, level I at its optimum in every step.
double learned(Case const& c, HypergradientOptions const& options) {
  Problem problem;
  problem.tasks = {{diagonal({1, 4}), vector({1, 0})}, {diagonal({4, 1}), vector({0, 1})}};
  problem.finetune = {diagonal({1, 1}), vector({0, 0})};  // not there
  problem.validation = {diagonal({1, 1}), vector(c.dev_target)};
  at::Tensor logits = vector({std::log(c.start), std::log(1 - c.start)});
  for (int step = 0; step < 200; ++step) {
    State const state(problem, logits);
    at::Tensor const v = problem.validation.gradient(state.theta.detach());
    PathReport report;
    logits = logits - 5 * through(state.first(), {v}, {state.w}, options, report)[0];
  }
  return at::softmax(logits, 0)[0].item<double>();
}

class hypergradient_of_two_levels : public testing::TestWithParam<Case> {};

TEST_P(hypergradient_of_two_levels, LearnsTheExactWeights) {
  double const exact = searched(GetParam());
  EXPECT_NEAR(exact, GetParam().exact, 5e-4);
  EXPECT_NEAR(learned(GetParam(), exactly()), exact, 2e-5);
  EXPECT_NEAR(learned(GetParam(), neumann(40, 0.3)), exact, 2e-5);
}

INSTANTIATE_TEST_SUITE_P(Targets, hypergradient_of_two_levels,
                         testing::Values(Case{{0.5, 0.5}, 0.45, 0.355}, Case{{0.5, 0.5}, 0.55, 0.645},
                                         Case{{0.3, 0.5}, 0.5, 0.244}, Case{{0.35, 0.10}, 0.5, 0.684}));

}  // namespace
}  // namespace tartan::train
