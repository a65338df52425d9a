// Hypergradients beyond the identity, by the losses of a real encoder in a step of the engine (ALGORITHMS 4).
#include "levels_toy.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

LevelOptions by(InverseHessian inverse) {
  return {.proximal = 0.3, .hypergradient = {.inverse = inverse, .difference = 1e-4}};
}

void expect_near(std::vector<double> const& found, std::vector<double> const& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 0;
  for (double const one : expected) largest = std::max(largest, std::abs(one));
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], tolerance * largest) << "task " << i;
}

//! -2 gamma <g_m, v>, which weights see by alignments.
std::vector<double> by_products(LevelOptions const& options, bool dropout = true) {
  LevelsToy toy({options, dropout});
  StepReport const report = toy.third_step();
  std::vector<double> result;
  for (double const dot : report.alignments.dot) result.push_back(-2 * 0.3 * dot);
  result.front() = 0;
  return result;
}

std::vector<double> by_products(bool dropout) { return by_products(by(InverseHessian::identity), dropout); }

// ALGORITHMS 4: <g_m, -2 gamma v + (2 gamma - 4 gamma^2)(phi - theta)>
TEST(levels, ProductsHaveATermAboveToo) {
  LevelOptions options = by(InverseHessian::identity);
  options.proximal_above = true;
  std::vector<double> const found = by_products(options);
  expect_near(found, LevelsToy({options}).with_term_above(), 1e-9);
  EXPECT_GT(std::abs(found[1] / by_products(by(InverseHessian::identity))[1] - 1), 1e-3);
}

TEST(levels, AFiniteDifferenceIsTheProductOfGradients) {
  LevelsToy toy({by(InverseHessian::finite_difference), false});
  expect_near(toy.third_step().slopes->by_weight, by_products(false), 1e-4);
}

// Both sides of a difference see the same draws of dropout, which are those of the step's own gradients
TEST(levels, DropoutIsFrozenAcrossADifference) {
  LevelsToy toy({by(InverseHessian::finite_difference), true});
  expect_near(toy.third_step().slopes->by_weight, by_products(true), 1e-4);
}

// One term of the series is step * identity, in each of the two levels
TEST(levels, OneTermOfTheSeriesScalesTheProduct) {
  LevelOptions options = by(InverseHessian::neumann);
  options.hypergradient.terms = 1;
  options.hypergradient.step = 0.02;
  LevelsToy toy({options});
  std::vector<double> expected = by_products(true);
  for (double& one : expected) one *= 0.02 * 0.02;
  expect_near(toy.third_step().slopes->by_weight, expected, 1e-9);
}

// Two ways to the inverse of the same damped Hessians
TEST(levels, ASeriesOfManyTermsAgreesWithConjugateGradients) {
  LevelOptions series = by(InverseHessian::neumann), gradients = by(InverseHessian::cg);
  series.hypergradient.damping = gradients.hypergradient.damping = 40;
  series.hypergradient.terms = 50;
  series.hypergradient.step = 1.0 / 60;
  gradients.hypergradient.iterations = 50;
  StepReport const one = LevelsToy({series}).third_step(), other = LevelsToy({gradients}).third_step();
  expect_near(one.slopes->by_weight, other.slopes->by_weight, 1e-5);
  for (auto const& path : other.slopes->paths) {
    EXPECT_EQ(path.end, PathEnd::done);
    EXPECT_LE(path.residual, 1e-8);
  }
  std::vector<double> damped = by_products(true);  // what the Hessians change beside the damping
  for (double& one_slope : damped) one_slope /= 40 * 40;
  EXPECT_GT(std::abs(one.slopes->by_weight[1] / damped[1] - 1), 1e-3);
}

// (H + damping) x = v in level II, x taken by differences of gradients of the engine's own fast kernels
TEST(levels, TheSecondTermIsAProductWithTheHessian) {
  LevelOptions options = by(InverseHessian::neumann);
  options.hypergradient.step = 0.02;
  auto const slopes = [&](std::int64_t terms) {
    options.hypergradient.terms = terms;
    return LevelsToy({options, false}).third_step().slopes->by_weight;
  };
  expect_near(slopes(2), LevelsToy({options, false}).two_terms_by_differences(0.02), 1e-5);
  EXPECT_GT(std::abs(slopes(2)[1] - slopes(1)[1]), 1e-3 * std::abs(slopes(1)[1]));
}

TEST(levels, LogitsGoDownTheSlopes) {
  LevelsToy toy({by(InverseHessian::cg), false});
  auto const [before, lambda] = std::pair(toy.logits(), toy.lambda());
  auto const slopes = toy.step().slopes->by_weight;
  double const mean = lambda[0] * slopes[1] + lambda[1] * slopes[2];
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(toy.logits()[i], before[i] - LevelsPlan().rate * lambda[i] * (slopes[i + 1] - mean), 1e-12);
}

TEST(levels, WithoutAPullSlopesAreExactlyZero) {
  for (auto const inverse : {InverseHessian::finite_difference, InverseHessian::neumann, InverseHessian::cg}) {
    LevelOptions options = by(inverse);
    options.proximal = 0;
    EXPECT_EQ(LevelsToy({options}).third_step().slopes->by_weight, std::vector<double>(3, 0.0));
  }
}

// Weights apart, a step is the identity's; the identity takes each task's gradient by itself
TEST(levels, LookingMovesNothing) {
  LevelsToy products({.levels = by(InverseHessian::identity), .rate = 0});
  products.third_step();
  for (auto const inverse : {InverseHessian::finite_difference, InverseHessian::neumann, InverseHessian::cg}) {
    LevelsToy toy({.levels = by(inverse), .rate = 0, .fuse = false});
    toy.third_step();
    EXPECT_TRUE(at::equal(toy.theta().values(), products.theta().values()));
    EXPECT_TRUE(at::equal(toy.phi().values(), products.phi().values()));
  }
}

// Slopes are 0, not those of what a series without a limit has become
TEST(levels, ASeriesThatGrowsLeavesWeightsAlone) {
  LevelOptions options = by(InverseHessian::neumann);
  options.hypergradient.step = 10;
  LevelsToy toy({options});
  auto const before = toy.logits();
  StepReport const report = toy.step();
  EXPECT_EQ(report.slopes->paths.front().end, PathEnd::grows);
  EXPECT_GT(report.slopes->paths.front().residual, 1);
  EXPECT_EQ(report.slopes->by_weight, std::vector<double>(3, 0.0));
  EXPECT_EQ(toy.logits(), before);
}

// With the term in level III: <g_m, -2 gamma v + (2 gamma - 4 gamma^2)(phi - theta)> (ALGORITHMS 4)
TEST(levels, TheTermInLevelThreeAddsThePathPastLevelTwo) {
  LevelOptions options = by(InverseHessian::finite_difference);
  options.proximal_above = true;
  LevelsToy toy({options, false});
  expect_near(toy.third_step().slopes->by_weight, LevelsToy({options, false}).with_term_above(), 1e-3);
}

TEST(proximal, BothNormsPullByTheirOwnGradient) {
  auto const here = make_model({}), there = make_model({});
  there->parameters.values().mul_(0.9).add_(0.01);
  for (auto const norm : {ProximalNorm::squared, ProximalNorm::published}) {
    Proximal const term{0.7, there->parameters.values(), norm};
    at::Tensor const flat = at::zeros_like(here->parameters.values()), expected = at::zeros_like(flat);
    add_proximal_gradient(term, here->parameters, flat);
    here->parameters.bind_gradients(expected);
    proximal_loss(term, here->parameters, there->parameters).backward();
    std::int64_t const body = here->parameters.layout().body_size();
    EXPECT_GT(flat.narrow(0, 0, body).abs().sum().item<double>(), 0);
    for (auto const& p : here->parameters.layout().parameters()) {
      auto const part = [&](at::Tensor const& x) { return x.narrow(0, p.offset, p.count); };
      EXPECT_LE((part(flat) - part(expected)).abs().max().item<double>(), 1e-15) << p.name;
    }
  }
}

// ALGORITHMS 4: the whole divided by the encoder's parameters, squares of the embeddings and lengths of all else
TEST(proximal, ThePublishedNormIsThatOfTheLanguageRuns) {
  auto const here = make_model({}), there = make_model({});
  there->parameters.values().add_(0.1);
  double squares = 0, lengths = 0, count = 0;
  for (auto const& p : here->parameters.layout().parameters()) {
    if (!p.name.starts_with("bert.")) continue;
    (p.name.starts_with("bert.embeddings.") ? squares : lengths) +=
        static_cast<double>(p.count) * (p.name.starts_with("bert.embeddings.") ? 0.01 : 0.1);
    count += static_cast<double>(p.count);
  }
  Proximal const term{0.7, there->parameters.values(), ProximalNorm::published};
  at::Tensor const loss = proximal_loss(term, here->parameters, there->parameters);
  EXPECT_GT(squares * lengths, 0);
  EXPECT_NEAR(loss.item<double>(), 0.7 / count * (squares + lengths), 1e-12);
}

}  // namespace
}  // namespace tartan::train::toy
