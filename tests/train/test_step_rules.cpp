#include "toy_trainer.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

using weighting::Gate;
using weighting::Similarity;

Plan with(weighting::Weighting weighting) {
  Plan plan{.weighting = std::move(weighting)};
  plan.rates.clip = 0;
  plan.options.dropout = false;
  return plan;
}

//! Each task's own gradient in the first step.
std::vector<at::Tensor> own_gradients() {
  std::vector<at::Tensor> result;
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<double> only(3, 0.0);
    only[i] = 1;
    Trainer trainer(with(weighting::make_fixed(only)));
    trainer.run();
    result.push_back(trainer.combined().clone());
  }
  return result;
}

std::int64_t body_of(Trainer& trainer) { return trainer.model().parameters.layout().body_size(); }

double dot(at::Tensor const& a, at::Tensor const& b, std::int64_t size) {
  return at::dot(a.narrow(0, 0, size), b.narrow(0, 0, size)).item<double>();
}

double cosine(at::Tensor const& a, at::Tensor const& b, std::int64_t size) {
  return dot(a, b, size) / std::sqrt(dot(a, a, size) * dot(b, b, size));
}

TEST(StepRules, DgaSeesDotProductsWithTheEndTasksGradient) {
  auto const g = own_gradients();
  Trainer trainer(with(weighting::make_dga({0.2, 0.4, 0.4}, 0.1, Similarity::dot, 1)));
  auto const body = body_of(trainer);
  StepReport const report = trainer.run();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(report.alignments.dot[i], dot(g[i], g[0], body), 1e-12);
    EXPECT_NEAR(report.alignments.norm[i], std::sqrt(dot(g[i], g[i], body)), 1e-12);
  }
  EXPECT_NEAR(report.alignments.probe_norm, report.alignments.norm[0], 1e-12);
  EXPECT_LE(distance(trainer.combined(), 0.2 * g[0] + 0.4 * g[1] + 0.4 * g[2]), 1e-12);
  double const gap = dot(g[1], g[0], body) - dot(g[2], g[0], body);
  EXPECT_NEAR(std::log(trainer.weights()[1] / trainer.weights()[2]), 0.1 * gap, 1e-10);
}

TEST(StepRules, TawtSeesCosinesWithTheEndTasksGradient) {
  auto const g = own_gradients();
  Trainer trainer(with(weighting::make_tawt({1, 1, 2}, 0.5)));
  auto const body = body_of(trainer);
  StepReport const report = trainer.run();
  EXPECT_LE(distance(trainer.combined(), 0.25 * g[0] + 0.25 * g[1] + 0.5 * g[2]), 1e-12);
  for (std::size_t i = 1; i < 3; ++i) {
    double const ratio = std::exp(0.5 * (cosine(g[i], g[0], body) - 1)) * (i == 2 ? 2 : 1);
    EXPECT_NEAR(trainer.weights()[i] / trainer.weights()[0], ratio, 1e-10);
  }
  EXPECT_FALSE(report.probed);
}

//! The body takes what passes in this very step; heads learn whole.
void expect_gated(Gate kind) {
  auto const g = own_gradients();
  std::vector<double> const factors = {1, 0.5, 2};
  Trainer trainer(with(weighting::make_gcs(factors, kind)));
  auto const body = body_of(trainer), rest = trainer.values().numel() - body;
  at::Tensor expected = g[0].clone();
  StepReport const report = trainer.run();
  for (std::size_t i = 1; i < 3; ++i) {
    double const c = cosine(g[i], g[0], body);
    double const passes = factors[i] * (kind == Gate::cosine ? std::max(c, 0.0) : c >= 0 ? 1 : 0);
    EXPECT_NEAR(report.weights[i], passes, 1e-12);
    expected.narrow(0, 0, body).add_(g[i].narrow(0, 0, body), passes);
    expected.narrow(0, body, rest).add_(g[i].narrow(0, body, rest), factors[i]);
  }
  EXPECT_EQ(report.weights[0], 1);
  EXPECT_LE(distance(trainer.combined(), expected), 1e-12);
}

TEST(StepRules, GcsGatesTheBodyByThisStepsSign) { expect_gated(Gate::threshold); }
TEST(StepRules, GcsGatesTheBodyByThisStepsCosine) { expect_gated(Gate::cosine); }

TEST(StepRules, GcsMeetsBothSignsInTraining) {
  Trainer trainer(with(weighting::make_gcs({1, 1, 1}, Gate::threshold)));
  bool passed = false, stopped = false;
  for (int step = 0; step < 40; ++step) {
    auto const weights = trainer.run().weights;
    for (std::size_t i = 1; i < 3; ++i) (weights[i] > 0 ? passed : stopped) = true;
  }
  EXPECT_TRUE(passed && stopped);
}

TEST(StepRules, GradNormSeesNormsAndLosses) {
  auto const g = own_gradients();
  weighting::Weighting by_hand = weighting::make_gradnorm({1, 1, 1}, 0.01, 1.5);
  Trainer trainer(with(by_hand));
  auto const body = body_of(trainer);
  for (int step = 0; step < 3; ++step) {
    StepReport const report = trainer.run();
    for (std::size_t i = 0; i < 3 && step == 0; ++i)
      EXPECT_NEAR(report.alignments.norm[i], std::sqrt(dot(g[i], g[i], body)), 1e-12);
    weighting::update(by_hand, report.alignments, report.losses);
    EXPECT_EQ(trainer.weights(), weighting::weights(by_hand));
  }
  EXPECT_GT(std::abs(trainer.weights()[0] - 1), 1e-3);
}

TEST(StepRules, UncertaintyLearnsWithTasksFused) {
  Plan plan = with(weighting::make_uncertainty({1, 1, 1}, 0.05));
  Trainer fused(plan);
  plan.options.fuse = false;
  Trainer apart(plan);
  for (int step = 0; step < 10; ++step) fused.run(), apart.run();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(fused.weights()[i], apart.weights()[i], 1e-10);
  EXPECT_NE(fused.weights()[0], 1);
  EXPECT_LE(distance(fused.values(), apart.values()), 1e-10);
}

TEST(StepRules, AnEmptyTaskDisturbsNoRule) {
  std::vector<Task> const tasks = {labelled_task("end", 8), without_examples(masked_task("text", 1)),
                                   labelled_task("other", 6)};
  for (weighting::Weighting const& rule : std::vector<weighting::Weighting>{
           weighting::make_dga({0.2, 0.4, 0.4}, 0.1, Similarity::dot, 1), weighting::make_tawt({1, 1, 1}, 0.1),
           weighting::make_gcs({1, 1, 1}, Gate::threshold), weighting::make_gradnorm({1, 1, 1}, 0.01, 1),
           weighting::make_uncertainty({1, 1, 1}, 0.05)}) {
    Plan plan = with(rule);
    plan.tasks = tasks;
    Trainer trainer(plan);
    for (double const weight : trainer.run(5).weights) EXPECT_TRUE(std::isfinite(weight));
  }
}

}  // namespace
}  // namespace tartan::train::toy
