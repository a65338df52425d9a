// probe.per = micro, and losses that are means of micro-batches.
#include "toy_trainer.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

Plan per_micro_batch(std::uint64_t micro_batches, task::ProbePer per = task::ProbePer::micro) {
  Plan plan{.micro_batches = micro_batches};
  plan.options.probe.per = per;
  plan.options.dropout = false;
  return plan;
}

TEST(StepMicro, OneMicroBatchIsAStep) {
  Trainer micro(per_micro_batch(1)), step(per_micro_batch(1, task::ProbePer::step));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(micro.run().alignments.dot, step.run().alignments.dot);
  EXPECT_TRUE(at::equal(micro.values(), step.values()));
  EXPECT_EQ(micro.weights(), step.weights());
}

TEST(StepMicro, GradientsAreThoseOfTheWholeBatch) {
  Trainer micro(per_micro_batch(2)), step(per_micro_batch(2, task::ProbePer::step));
  StepReport const a = micro.run(), b = step.run();
  EXPECT_LE(distance(micro.combined(), step.combined()), 1e-12);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(a.losses[i], b.losses[i], 1e-12);
    EXPECT_NEAR(a.losses[i], (a.look_losses[0][i] + a.look_losses[1][i]) / 2, 1e-12);
    EXPECT_GT(std::abs(weighting::cosines(a.alignments)[i] - weighting::cosines(b.alignments)[i]), 1e-6);  // CHECKS 5
  }
  EXPECT_EQ(a.tokens, b.tokens);
}

//! Directions and gradients formed once more, by the probe alone and by a trainer's observer.
TEST(StepMicro, EachMicroBatchMeetsItsOwnDevGradientThroughOneHead) {
  Plan const plan = per_micro_batch(2);
  Trainer trainer(plan);
  std::vector<at::Tensor> gradients;
  trainer.rule().observer = [&](std::size_t, at::Tensor const& g) { gradients.push_back(g.clone()); };
  StepReport const report = trainer.run();
  ASSERT_EQ(gradients.size(), 6U);
  ASSERT_EQ(report.looks.size(), 2U);
  auto const model = make_model({{"end", classification().head(config())}, {"other", classification().head(config())}});
  task::Probe probe(*model, classification(), plan.options.probe);
  Key const key = plan.dev_key, step = Key(5).with(std::uint64_t{0});
  auto const start = [](model::ParameterSet& p, std::string const& name) {
    model::initialize_head(p, name, classification().head(config()), Key(3).with(std::uint64_t{1}));
  };
  at::Tensor const direction = at::zeros({model->parameters.layout().body_size()}, at::kDouble);
  task::ProbeReport expected;
  std::vector<double> sums(3);
  for (std::uint64_t m = 0; m < 2; ++m) {
    Key const batch = key.with("gradient").with(step.value());
    if (m == 0)
      expected = probe.compute(pack(labelled(key.with("head").with(step.value()), 12)), pack(labelled(batch, 24)),
                               start, false, direction);
    else
      probe.compute_again(pack(labelled(batch.with(m), 24)), false, direction, expected);
    EXPECT_NEAR(report.looks[m].probe_norm, direction.norm().item<double>(), 1e-12);
    for (std::size_t i = 0; i < 3; ++i) {
      at::Tensor const g = gradients[3 * m + i].narrow(0, 0, direction.numel());
      double const cosine = at::dot(g, direction).item<double>() / (g.norm() * direction.norm()).item<double>();
      EXPECT_NEAR(weighting::cosines(report.looks[m])[i], cosine, 1e-10);
      sums[i] += cosine;
    }
  }
  EXPECT_EQ(report.probe.head_losses, expected.head_losses);
  EXPECT_EQ(report.probe.dev_losses, expected.dev_losses);
  EXPECT_NEAR(report.probe.dev_loss, (expected.dev_losses[0] + expected.dev_losses[1]) / 2, 1e-15);
  double const ratio = trainer.weights()[0] / trainer.weights()[1];
  EXPECT_NEAR(std::log(ratio), 0.5 * (sums[0] - sums[1]) / 2, 1e-10);
}

//! A task with one example is in one of two micro-batches.
TEST(StepMicro, AnEmptyMicroBatchHasNoSay) {
  Plan plan = per_micro_batch(2);
  plan.tasks = {labelled_task("end", 8), masked_task("text", 1), labelled_task("other", 6)};
  Trainer trainer(plan);
  StepReport const report = trainer.run();
  EXPECT_TRUE(report.looks[0].present[1]);
  EXPECT_FALSE(report.looks[1].present[1]);
  EXPECT_NEAR(weighting::cosines(report.alignments)[1], weighting::cosines(report.looks[0])[1], 1e-14);
}

//! The two texts have 2 and 3 targets, so that micro-batches of one text each differ in their counts.
TEST(StepMicro, LossesCanBeMeansOfMicroBatches) {
  Plan plan = per_micro_batch(2);
  plan.tasks = {labelled_task("end", 8), masked_task("text", 2), labelled_task("other", 6)};
  Trainer whole(plan);
  plan.options.loss_mean = LossMean::micro_batches;
  Trainer means(plan);
  Plan fused_plan = fixed(plan), apart_plan = fixed(plan);
  apart_plan.options.fuse = false;
  Trainer fused(fused_plan), apart(apart_plan);
  double const of_all = whole.run().losses[1];
  StepReport const report = means.run(), a = fused.run(), b = apart.run();
  double const first = report.look_losses[0][1], second = report.look_losses[1][1];
  EXPECT_NEAR(report.losses[1], (first + second) / 2, 1e-12);
  EXPECT_NEAR(of_all, (2 * first + 3 * second) / 5, 1e-12);
  EXPECT_NEAR(a.losses[1], report.losses[1], 1e-12);
  EXPECT_NEAR(b.losses[1], report.losses[1], 1e-12);
  EXPECT_LE(distance(fused.combined(), apart.combined()), 1e-12);
  EXPECT_GT(distance(whole.combined(), means.combined()), 1e-4);
}

//! As the published code: dropout in the encoder while the dev head is fitted, anew in each iteration.
TEST(StepMicro, FeaturesCanBeDrawnAnewInEachIteration) {
  Plan plan = per_micro_batch(1);
  Trainer once(plan);
  plan.options.probe.features = task::ProbeFeatures::each_iteration;
  Trainer anew(plan);
  EXPECT_EQ(once.run().probe.head_losses, anew.run().probe.head_losses);  // without dropout
  plan.options.dropout = true;
  Trainer dropping(plan), again(plan);
  plan.options.probe.features = task::ProbeFeatures::once;
  Trainer kept(plan);
  auto const losses = dropping.run().probe.head_losses;
  EXPECT_NE(losses, kept.run().probe.head_losses);
  EXPECT_EQ(losses, again.run().probe.head_losses);
}

}  // namespace
}  // namespace tartan::train::toy
