#include "toy_trainer.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

StepOptions one_by_one() {
  StepOptions options;
  options.fuse = false;
  return options;
}

TEST(StepEqualities, FixedWeightsFusedOrTaskByTask) {
  Trainer fused(fixed({}));
  Trainer unfused(fixed({.options = one_by_one()}));
  for (int step = 0; step < 10; ++step) {
    StepReport const a = fused.run(), b = unfused.run();
    EXPECT_EQ(a.losses.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(a.losses[i], b.losses[i], 1e-12);
    EXPECT_LE(distance(fused.combined(), unfused.combined()), 1e-12);
    EXPECT_EQ(a.tokens, b.tokens);
  }
  EXPECT_LE(distance(fused.values(), unfused.values()), 1e-12);
}

void expect_same_in_micro_batches(Plan plan) {
  Trainer whole(plan);
  plan.micro_batches = 2;
  Trainer halves(plan);
  for (int step = 0; step < 5; ++step) {
    whole.run();
    halves.run();
    EXPECT_GT(whole.combined().abs().max().item<double>(), 1e-3);
    EXPECT_LE(distance(whole.combined(), halves.combined()), 1e-12);
  }
  EXPECT_LE(distance(whole.values(), halves.values()), 1e-12);
}

TEST(StepEqualities, TwoMicroBatchesAreOneBatchWithFusedTasks) { expect_same_in_micro_batches(fixed({})); }
TEST(StepEqualities, TwoMicroBatchesAreOneBatchTaskByTask) {
  expect_same_in_micro_batches(fixed({.options = one_by_one()}));
}
TEST(StepEqualities, TwoMicroBatchesAreOneBatchWithLearnedWeights) { expect_same_in_micro_batches({}); }

void expect_bitwise_equal_training(Plan const& a, Plan const& b) {
  Trainer first(a), second(b);
  first.run(10);
  second.run(10);
  EXPECT_TRUE(at::equal(first.values(), second.values()));
  EXPECT_TRUE(at::equal(first.optimizer().second_moment(), second.optimizer().second_moment()));
}

TEST(StepEqualities, MetaAtRateZeroIsFixedWeights) {
  expect_bitwise_equal_training({.weighting = weighting::make_meta_tartan(3, 0)}, fixed({.options = one_by_one()}));
}

TEST(StepEqualities, WithoutAuxiliariesItIsFineTuning) {
  std::vector<Task> const end = {labelled_task("end", 8)};
  expect_bitwise_equal_training({.tasks = end, .weighting = weighting::make_meta_tartan(1, 0.5)},
                                fixed({.tasks = end, .options = one_by_one()}));
}

TEST(StepEqualities, TheOrderOfTasksIsIndifferent) {
  auto tasks = three_tasks();
  Trainer straight({.tasks = tasks});
  std::rotate(tasks.begin(), tasks.begin() + 1, tasks.end());
  Trainer rotated({.tasks = tasks});
  straight.run(10);
  rotated.run(10);
  for (char const* name : {"end", "text", "other"}) EXPECT_NEAR(straight.weight(name), rotated.weight(name), 1e-12);
  EXPECT_GT(std::abs(straight.weight("end") - straight.weight("text")), 1e-3);
  EXPECT_LE(distance(straight.values(), rotated.values()), 1e-12);
}

}  // namespace
}  // namespace tartan::train::toy
