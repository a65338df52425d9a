// Finite differences of gradients against double backward, and what they must leave alone.
#include "hypergradient_quadratics.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

namespace tartan::train {
namespace {

using namespace quadratics;

//! lambda-weighted sums of tanh(theta_k - m)^2 and a level II with heads of its own and a squared proximal term.
struct Curved {
  at::Tensor w = vector({0.2, -0.3, 0.1}).requires_grad_(), theta = vector({0.3, -0.7, 1.1}).requires_grad_(),
             phi = vector({0.5, -0.2, 0.8}).requires_grad_(), head = vector({0.6, -0.4, 0.9}).requires_grad_();
  double gamma = 0.5;

  at::Tensor logits(double shift) const { return at::tanh(phi + shift) * head; }
  Level first() const {
    return {{theta},
            [this](Key) {
              at::Tensor const lambda = at::softmax(w, 0);
              at::Tensor sum = at::zeros({}, w.options());
              for (std::int64_t m = 0; m < 3; ++m)
                sum = sum + lambda[m] * at::tanh(theta - 0.4 * static_cast<double>(m)).pow(2).sum();
              return sum;
            },
            Key()};
  }
  Level second() const {
    return {{phi, head}, [this](Key) { return logits(0.3).exp().sum() + gamma * (phi - theta).pow(2).sum(); }, Key()};
  }
  OuterGradient outer() const { return outer_gradient(logits(-0.2).pow(2).sum(), first(), second()); }
  at::Tensor by_weights(HypergradientOptions const& options) const {
    return hypergradient(first(), second(), {w}, outer(), options).by_weights[0];
  }
  double error(double difference) const {
    at::Tensor const exact = by_weights(identity());
    return distance(by_weights({.difference = difference}), exact) / exact.abs().max().item<double>();
  }
};

TEST(hypergradient_difference, ErrorFallsWithTheSquareOfTheStep) {
  Curved const problem;
  double const coarse = problem.error(0.01), fine = problem.error(0.001);
  EXPECT_GT(coarse, 1e-6);
  EXPECT_LT(coarse, 1e-3);
  EXPECT_NEAR(coarse / fine, 100, 1);
  EXPECT_LT(problem.error(1e-4), 1e-3 * coarse);
}

TEST(hypergradient_difference, IsExactThroughASquaredProximalTerm) {
  Curved const problem;
  OuterGradient const outer = problem.outer();
  PathReport report;
  at::Tensor const found = through(problem.second(), outer.by_second, {problem.theta}, {.difference = 0.5}, report)[0];
  EXPECT_LT(distance(found, 2 * problem.gamma * outer.by_second[0]), 1e-14);
  double const norm =
      std::sqrt(outer.by_second[0].pow(2).sum().item<double>() + outer.by_second[1].pow(2).sum().item<double>());
  EXPECT_NEAR(report.vector_norm, norm, 1e-15) << "heads count too";
  EXPECT_NEAR(report.epsilon, 0.5 / (norm + 1e-15), 1e-15);
  EXPECT_FALSE(outer.by_first[0].defined());
}

TEST(hypergradient_difference, PutsParametersBackBitByBit) {
  Curved const problem;
  at::Tensor const theta = problem.theta.detach().clone(), phi = problem.phi.detach().clone(),
                   head = problem.head.detach().clone();
  problem.by_weights({.difference = 1. / 3});
  EXPECT_TRUE(at::equal(problem.theta, theta));
  EXPECT_TRUE(at::equal(problem.phi, phi));
  EXPECT_TRUE(at::equal(problem.head, head));
  int calls = 0;
  Level failing = problem.first();
  failing.loss = [&, inner = failing.loss](Key key) {
    if (++calls == 2) throw std::runtime_error("the second loss fails");
    return inner(key);
  };
  PathReport report;
  EXPECT_THROW(through(failing, {vector({1, 2, 3})}, {problem.w}, {}, report), std::runtime_error);
  EXPECT_TRUE(at::equal(problem.theta, theta));
}

//! A loss with keyed dropout. Were the two masks not the same, the difference would be of order 1 / epsilon.
TEST(hypergradient_difference, DrawsAreFrozenAcrossThePair) {
  at::Tensor const x = at::ones({50}, at::kDouble).requires_grad_(), u = vector({2}).requires_grad_();
  std::vector<Key> seen;
  Level const level{{x},
                    [&](Key key) {
                      seen.push_back(key);
                      Stream stream(key);
                      std::vector<double> mask(50);
                      for (double& kept : mask) kept = stream.uniform() < 0.5 ? 0 : 2;
                      return u[0] * (vector(mask) * x).exp().sum();
                    },
                    Key(3).with("step 5")};
  PathReport report;
  at::Tensor const v = at::linspace(-1, 2, 50, at::kDouble);
  at::Tensor const exact = through(level, {v}, {u}, identity(), report)[0];
  at::Tensor const found = through(level, {v}, {u}, {.difference = 1e-4}, report)[0];
  EXPECT_LT(distance(found, exact), 1e-6 * exact.abs().max().item<double>());
  EXPECT_EQ(seen, std::vector<Key>(3, level.key));
}

TEST(hypergradient_difference, IsSkippedWhereThereIsNoDirection) {
  Curved const problem;
  Level level = problem.first();
  level.loss = [](Key) -> at::Tensor { throw std::logic_error("asked for a loss"); };
  PathReport report;
  at::Tensor const found = through(level, {vector({0, 1e-16, 0})}, {problem.w}, {}, report)[0];
  EXPECT_TRUE(at::equal(found, vector({0, 0, 0})));
  EXPECT_EQ(report.end, PathEnd::no_direction);
}

}  // namespace
}  // namespace tartan::train
