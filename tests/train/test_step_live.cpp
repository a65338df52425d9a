#include "negated.hpp"
#include "toy_trainer.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

constexpr int steps = 30;

//! `task` on the end task's head.
Task on_end_head(Task task) {
  task.head = "end";
  return task;
}

Plan live_plan(std::vector<Task> tasks) {
  Plan plan{.tasks = std::move(tasks)};
  plan.options.probe.head_lr = 0.03;
  return plan;
}

TEST(StepLive, ACopyOfTheEndTaskGainsAndShuffledLabelsLose) {
  Trainer trainer(live_plan(
      {labelled_task("end", 24), labelled_task("copy", 24), labelled_task("shuffled", 24, Labels::shuffled)}));
  trainer.run(steps);
  EXPECT_GT(trainer.weight("copy"), 1.2 / 3);
  EXPECT_LT(trainer.weight("shuffled"), 0.8 / 3);
}

TEST(StepLive, ANegatedCopyFallsFastest) {
  static Negated const negated;
  Task opposed = on_end_head(labelled_task("opposed", 24));
  opposed.objective = &negated;
  Trainer trainer(live_plan({labelled_task("end", 24), labelled_task("shuffled", 24, Labels::shuffled), opposed}));
  trainer.run(steps);
  EXPECT_LT(trainer.weight("opposed"), 0.5 * trainer.weight("shuffled"));
  EXPECT_LT(trainer.weight("shuffled"), trainer.weight("end"));
}

TEST(StepLive, TheProbeThroughTheTrainingHeadFavoursTheEndTask) {
  Plan plan = live_plan(three_tasks());
  Trainer with_dev_head(plan);
  plan.options.probe.head = task::ProbeHead::training;
  Trainer with_training_head(plan);
  with_dev_head.run(steps);
  with_training_head.run(steps);
  EXPECT_GT(with_training_head.weight("end"), with_dev_head.weight("end") + 0.05);
}

}  // namespace
}  // namespace tartan::train::toy
