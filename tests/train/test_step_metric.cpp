// Alignments in the metric of AdamW's next step (weighting.similarity = adam).
#include "toy_metric.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

using weighting::Similarity;

Plan with(Similarity similarity, bool stale = false, double rate = 0.5) {
  Plan plan{.weighting = weighting::make_meta_tartan(3, rate, similarity)};
  plan.options.probe.stale = stale;
  return plan;
}

//! Body gradients of the tasks in the step that `trainer` takes next.
std::vector<at::Tensor> watch(Trainer& trainer, StepReport& report) {
  std::vector<at::Tensor> gradients;
  std::int64_t const body = trainer.model().parameters.layout().body_size();
  trainer.rule().observer = [&](std::size_t, at::Tensor const& g) {
    gradients.push_back(g.narrow(0, 0, body).clone());
  };
  report = trainer.run();
  trainer.rule().observer = {};
  return gradients;
}

double inner(at::Tensor const& a, at::Tensor const& b, at::Tensor const& diagonal) {
  return (a * b * diagonal).sum().item<double>();
}

void expect_in_metric(StepReport const& report, std::vector<at::Tensor> const& g, at::Tensor const& d,
                      at::Tensor const& p) {
  EXPECT_TRUE(report.metric);
  auto const cosines = weighting::cosines(report.alignments);
  for (std::size_t i = 0; i < g.size(); ++i) {
    EXPECT_NEAR(report.alignments.dot[i], inner(d, g[i], p), 1e-9);
    EXPECT_NEAR(cosines[i], inner(d, g[i], p) / std::sqrt(inner(d, d, p) * inner(g[i], g[i], p)), 1e-12);
  }
}

TEST(StepMetric, TheFirstStepHasPlainCosines) {
  Trainer adam(with(Similarity::adam)), plain(with(Similarity::cosine));
  StepReport const a = adam.run(), b = plain.run();
  EXPECT_FALSE(a.metric);
  EXPECT_EQ(a.alignments.dot, b.alignments.dot);
  EXPECT_EQ(adam.weights(), plain.weights());
  EXPECT_TRUE(at::equal(adam.values(), plain.values()));
}

TEST(StepMetric, LaterStepsHaveThoseByHand) {
  Trainer adam(with(Similarity::adam, false, 0)), plain(with(Similarity::cosine, false, 0));
  for (int steps = 0; steps < 4; ++steps) {
    at::Tensor const p = steps > 0 ? diagonal(adam, steps) : at::Tensor();
    StepReport report;
    auto const gradients = watch(adam, report);
    plain.run();
    if (steps == 0) continue;
    expect_in_metric(report, gradients, plain.rule().direction(), p);
    EXPECT_LE(distance(adam.rule().direction(), plain.rule().direction() * p), 1e-9);
    EXPECT_TRUE(at::equal(adam.values(), plain.values()));  // at rate 0 only what is looked at differs
  }
}

TEST(StepMetric, AStaleDirectionIsPreconditionedOnceWithTheMomentsOfItsUse) {
  Trainer trainer(with(Similarity::adam, true));
  trainer.run();
  for (int steps = 1; steps < 4; ++steps) {
    at::Tensor const d = trainer.rule().awaited_direction().clone(), p = diagonal(trainer, steps);
    StepReport report;
    auto const gradients = watch(trainer, report);
    expect_in_metric(report, gradients, d, p);
  }
}

TEST(StepMetric, TheEndTasksOwnGradientJudgesInItToo) {
  Trainer trainer({.weighting = weighting::make_dga({0.2, 0.4, 0.4}, 0.1, Similarity::adam, 1)});
  EXPECT_FALSE(trainer.run().metric);
  at::Tensor const p = diagonal(trainer, 1);
  StepReport report;
  auto const gradients = watch(trainer, report);
  expect_in_metric(report, gradients, gradients[0], p);
  EXPECT_NEAR(weighting::cosines(report.alignments)[0], 1, 1e-12);
}

TEST(StepMetric, TellsBySecondMomentsWhatADotProductCannot) {
  Trainer adam(with(Similarity::adam)), plain(with(Similarity::cosine));
  adam.run(10);
  plain.run(10);
  EXPECT_GT(std::abs(adam.weights()[0] - plain.weights()[0]), 1e-4);
}

}  // namespace
}  // namespace tartan::train::toy
