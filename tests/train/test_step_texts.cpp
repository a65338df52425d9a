// Objectives that learn from texts alone, in a step.
#include "toy_texts.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

TEST(StepTexts, OnePackedForwardIsTheTasksOneByOne) {
  for (std::uint64_t const micro_batches : {1, 3}) {
    Plan plan = fixed({.tasks = tasks_of_texts(), .micro_batches = micro_batches});
    Trainer packed(plan);
    plan.options.fuse = false;
    Trainer one_by_one(plan);
    for (int step = 0; step < 5; ++step) {
      StepReport const a = packed.run(), b = one_by_one.run();
      for (std::size_t i = 0; i < a.losses.size(); ++i) EXPECT_NEAR(a.losses[i], b.losses[i], 1e-11);
    }
    EXPECT_LE(distance(packed.values(), one_by_one.values()), 1e-11);
  }
}

TEST(StepTexts, LossesFall) {
  Plan plan = fixed({.tasks = tasks_of_texts(16)});
  plan.options.dropout = false;
  Trainer trainer(plan);
  auto const sums = [&](int steps) {
    std::vector<double> losses(plan.tasks.size(), 0);
    for (int step = 0; step < steps; ++step) {
      StepReport const report = trainer.run();
      for (std::size_t i = 0; i < losses.size(); ++i) losses[i] += report.losses[i];
    }
    return losses;
  };
  auto const first = sums(20);
  trainer.run(60);
  auto const last = sums(20);
  for (auto const* name : {"replaced", "contrast", "pairs"})
    EXPECT_LT(last[trainer.index(name)], first[trainer.index(name)]);
}

TEST(StepTexts, AContrastOfOneTextIsNoGradient) {
  Plan plan{.tasks = {labelled_task("end", 1), text_task("contrast", task::ObjectiveKind::contrast, 1)}};
  plan.rates.head_decay = 0;
  Trainer trainer(plan);
  at::Tensor const before = trainer.value("contrast.fc.weight").clone();
  StepReport const report = trainer.run(3);
  EXPECT_EQ(report.losses[1], 0);
  EXPECT_EQ(report.alignments.norm[1], 0);
  EXPECT_TRUE(at::equal(before, trainer.value("contrast.fc.weight")));
}

}  // namespace
}  // namespace tartan::train::toy
