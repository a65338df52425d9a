// The step under the probe's choices: every, stale, head.
#include "toy_trainer.hpp"

#include <tartan/model/absorb.hpp>

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

Plan with_probe(std::int64_t every, bool stale) {
  Plan plan;
  plan.options.probe.every = every;
  plan.options.probe.stale = stale;
  return plan;
}

TEST(StepChoices, WeightsStayBetweenProbes) {
  Trainer trainer(with_probe(3, false));
  std::vector<double> before = trainer.weights();
  for (int step = 0; step < 9; ++step) {
    StepReport const report = trainer.run();
    EXPECT_EQ(report.aligned, step % 3 == 0);
    EXPECT_EQ(report.probed, step % 3 == 0);
    EXPECT_EQ(report.weights, before);
    EXPECT_EQ(trainer.weights() == before, step % 3 != 0) << step;
    before = trainer.weights();
  }
}

TEST(StepChoices, BetweenProbesAStepIsOneOfFixedWeights) {
  Plan plan = with_probe(1000, false);
  plan.weighting = weighting::make_meta_tartan(3, 0);
  Trainer learned(plan), constant(fixed(with_probe(1, false)));
  for (int step = 0; step < 5; ++step) {
    StepReport const a = learned.run(), b = constant.run();
    if (step > 0) {
      EXPECT_EQ(a.losses, b.losses);  // both are fused, after a first step that was not
      EXPECT_TRUE(at::equal(learned.combined(), constant.combined())) << step;
    }
    learned.model().parameters.values().copy_(constant.values());
  }
}

TEST(StepChoices, TheFirstStaleProbeMovesNoWeight) {
  Trainer trainer(with_probe(1, true));
  auto const before = trainer.weights();
  StepReport const report = trainer.run();
  EXPECT_FALSE(report.aligned);
  EXPECT_TRUE(report.probed);
  EXPECT_EQ(trainer.weights(), before);
  EXPECT_TRUE(trainer.rule().awaited_direction().defined());
  EXPECT_TRUE(trainer.run().aligned);
  EXPECT_NE(trainer.weights(), before);
}

TEST(StepChoices, AStaleStepIsAlignedWithTheDirectionOfTheStepBefore) {
  Trainer trainer(with_probe(1, true));
  trainer.run();
  for (int step = 1; step < 4; ++step) {
    at::Tensor const direction = trainer.rule().awaited_direction().clone();
    std::vector<double> dots;
    trainer.rule().observer = [&](std::size_t, at::Tensor const& gradient) {
      dots.push_back(at::dot(gradient.narrow(0, 0, direction.numel()), direction).item<double>());
    };
    StepReport const report = trainer.run();
    EXPECT_NEAR(report.alignments.probe_norm, direction.norm().item<double>(), 1e-12);
    for (std::size_t i = 0; i < dots.size(); ++i) EXPECT_NEAR(report.alignments.dot[i], dots[i], 1e-12);
    EXPECT_FALSE(at::equal(trainer.rule().awaited_direction(), direction));
  }
}

//! Where nothing moves, the stale probe of step t is the fresh one of step t.
TEST(StepChoices, AStaleProbeIsTheFreshOneOfItsOwnStep) {
  Plan plan = with_probe(1, true), usual;
  plan.rates = usual.rates = {.body_lr = 0, .head_lr = 0};
  Trainer stale(plan), fresh(usual);
  double norm = 0;
  for (int step = 0; step < 4; ++step) {
    StepReport const behind = stale.run(), now = fresh.run();
    if (step > 0) {
      EXPECT_EQ(behind.alignments.probe_norm, norm);
    }
    EXPECT_EQ(behind.probe.head_losses, now.probe.head_losses);
    norm = now.alignments.probe_norm;
  }
}

TEST(StepChoices, AStaleProbeOfAFewStepsIsTakenJustBefore) {
  Trainer trainer(with_probe(3, true));
  std::vector<bool> aligned, probed;
  for (int step = 0; step < 7; ++step) {
    StepReport const report = trainer.run();
    aligned.push_back(report.aligned);
    probed.push_back(report.probed);
    EXPECT_EQ(trainer.rule().awaited_direction().defined(), report.probed);
  }
  EXPECT_EQ(aligned, (std::vector<bool>{false, false, false, true, false, false, true}));
  EXPECT_EQ(probed, (std::vector<bool>{false, false, true, false, false, true, false}));
}

TEST(StepChoices, ThroughTheTrainingHeadIsTheGradientOfTheDevLossAsItIs) {
  Plan plan;
  plan.options.probe.head = task::ProbeHead::training;
  Trainer training(plan);
  plan.options.probe.head = task::ProbeHead::fresh;
  plan.options.probe.iterations = 0;
  plan.head_start = [](model::Model& model, model::ParameterSet& dev, std::string const& name) {
    at::NoGradGuard no_grad;
    for (auto const& [part, shape] : classification().head(config()))
      dev.at(name + "." + part).copy_(model.parameters.at("end." + part));
  };
  Trainer copied(plan);
  for (int step = 0; step < 3; ++step) {
    StepReport const a = training.run(), b = copied.run();
    EXPECT_TRUE(a.probe.head_losses.empty());
    EXPECT_EQ(a.probe.dev_loss, b.probe.dev_loss);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(a.alignments.dot[i], b.alignments.dot[i], 1e-12);
    EXPECT_TRUE(at::equal(training.values(), copied.values()));
  }
}

}  // namespace
}  // namespace tartan::train::toy
