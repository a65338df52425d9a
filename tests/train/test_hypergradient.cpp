#include "hypergradient_quadratics.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::train {
namespace {

using namespace quadratics;

TEST(hypergradient, OfTheQuadraticOracle) {
  State const at_optimum(oracle(), vector({0, 0}));
  EXPECT_LT(distance(at_optimum.theta, vector({1. / 3, 1. / 3})), 1e-15);
  EXPECT_LT(distance(at_optimum.phi, vector({5. / 12, 5. / 12})), 1e-15);
  EXPECT_NEAR(at_optimum.problem.cost(vector({0, 0})), 0.173611, 1e-6);
  at::Tensor const exact = vector({-1. / 18, 1. / 18}), identical = vector({-1. / 6, 1. / 6});
  EXPECT_LT(distance(at_optimum.by_weights(exactly()), exact), 1e-13);
  EXPECT_LT(distance(at_optimum.by_weights(neumann(200, 0.4)), exact), 1e-13);
  EXPECT_LT(distance(at_optimum.by_weights(identity()), identical), 1e-14);
  EXPECT_LT(distance(at_optimum.by_weights({}), identical), 1e-12);  // quadratics leave a central difference no error
}

//! Four dimensions, three tasks, full matrices.
Problem random_problem(double gamma, bool prox_above) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(7);
  auto const normal = [&](at::IntArrayRef shape) { return at::randn(shape, generator, at::kDouble); };
  auto const quadratic = [&]() -> Quadratic {
    at::Tensor const root = normal({4, 4});
    return {at::mm(root, root.t()) / 4 + at::eye(4, at::kDouble) / 2, normal({4})};
  };
  return {.tasks = {quadratic(), quadratic(), quadratic()},
          .finetune = quadratic(),
          .validation = quadratic(),
          .gamma = gamma,
          .prox_above = prox_above};
}

class hypergradient_of_random_quadratics : public testing::TestWithParam<bool> {};

TEST_P(hypergradient_of_random_quadratics, IsTheSlopeOfTheOptimalCost) {
  for (double const gamma : {0.2, 0.5, 2.0}) {
    State const state(random_problem(gamma, GetParam()), vector({0.3, -0.2, 0.1}));
    at::Tensor const slope = state.problem.slope(state.w.detach());
    double const size = slope.abs().max().item<double>();
    EXPECT_LT(distance(state.by_weights(exactly()), slope), 1e-6 * size) << gamma;
    EXPECT_LT(distance(state.by_weights(neumann(300, 0.15)), slope), 1e-6 * size) << gamma;
    EXPECT_GT(distance(state.by_weights(identity()), slope), 0.05 * size) << gamma;
  }
}

INSTANTIATE_TEST_SUITE_P(ProxInLevelThree, hypergradient_of_random_quadratics, testing::Bool());

TEST(hypergradient, IdentityIsExactWhereHessiansAreTheIdentity) {
  double const gamma = 0.3;
  Problem problem = oracle();
  problem.gamma = gamma;
  problem.tasks = {{diagonal({1, 1}), vector({1, 0})}, {diagonal({1, 1}), vector({-0.4, 1})}};
  problem.finetune.curvature = diagonal({1 - 2 * gamma, 1 - 2 * gamma});
  State const state(problem, vector({0.4, -0.1}));
  at::Tensor const slope = problem.slope(state.w.detach());
  EXPECT_GT(slope.abs().max().item<double>(), 0.01);
  EXPECT_LT(distance(state.by_weights(identity()), slope), 1e-8);
  EXPECT_LT(distance(state.by_weights(neumann(1, 1)), slope), 1e-8);
}

TEST(hypergradient, NeumannComesNearerWithEveryTerm) {
  State const state(oracle(), vector({0, 0}));
  at::Tensor const exact = vector({-1. / 18, 1. / 18});
  double error = 1, residual = 1;
  for (std::int64_t terms = 1; terms <= 20; ++terms) {
    Hypergradient const found = state.hypergradient(neumann(terms, 0.25));
    EXPECT_EQ(found.paths[1].products, terms);
    EXPECT_NEAR(found.paths[0].residual, std::pow(0.5, terms), 1e-12);  // H = 2 there
    EXPECT_LT(found.paths[1].residual, residual);
    EXPECT_LT(distance(found.by_weights[0], exact), error);
    error = distance(found.by_weights[0], exact);
    residual = found.paths[1].residual;
  }
  EXPECT_GT(state.hypergradient(neumann(20, 1.2)).paths[0].residual, 1) << "a step above 2 / curvature diverges";
}

//! One SGD step of each level from 0, differentiated as it is: the identity's value times both learning rates, with the
//! tasks' gradients where theta was and the validation gradient where phi has come to (ALGORITHMS 7.12).
TEST(hypergradient, OfOneUnrolledStepIsTheIdentitysTimesTheLearningRates) {
  State state(oracle(), vector({0, 0}));
  state.stand_at(vector({0, 0}), vector({0, 0}));
  at::Tensor const by_theta = torch::autograd::grad({state.pretraining_loss()}, {state.theta}, {}, true, true)[0];
  at::Tensor const theta = state.theta - 0.1 * by_theta;
  at::Tensor const start = vector({0, 0});
  at::Tensor const phi =
      start - 0.2 * (state.problem.finetune.gradient(start) + 2 * state.problem.gamma * (start - theta));
  at::Tensor const unrolled = torch::autograd::grad({state.problem.validation(phi)}, {state.w})[0];
  EXPECT_LT(distance(unrolled, vector({-0.0025, 0.0025})), 1e-15);
  state.stand_at(vector({0, 0}), phi.detach());
  EXPECT_LT(distance(0.1 * 0.2 * state.by_weights(identity()), unrolled), 1e-15);
}

TEST(hypergradient, IsZeroWithoutCoupling) {
  Problem apart = oracle();
  apart.gamma = 0;
  State state(apart, vector({0, 0}));
  for (auto const& options : {HypergradientOptions(), identity(), exactly(), neumann(10, 0.1)}) {
    for (int step = 0; step < 3; ++step) {
      Hypergradient const found = state.hypergradient(options);
      EXPECT_EQ(found.paths[0].end, PathEnd::done);
      EXPECT_EQ(found.paths[1].end, PathEnd::no_direction);
      at::NoGradGuard const guard;
      state.w -= 5 * found.by_weights[0];
    }
    EXPECT_TRUE(at::equal(at::softmax(state.w, 0), vector({0.5, 0.5})));
  }
}

}  // namespace
}  // namespace tartan::train
