#include "toy_trainer.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

at::Tensor segment(Trainer& trainer, at::Tensor const& flat, model::Owner owner) {
  std::vector<at::Tensor> parts;
  for (auto const& s : trainer.model().parameters.layout().segments())
    if (s.owner == owner) parts.push_back(flat.slice(0, s.begin, s.end));
  return at::cat(parts).clone();
}

//! The MLM head's warm-up: heavy decay, which would show on a body that is stepped at all.
TEST(StepFrozen, OnlyTheMlmHeadMoves) {
  Plan plan{.tasks = {masked_task("text", 5), labelled_task("end", 4)}};
  plan.tasks[1] = without_examples(plan.tasks[1]);
  plan.options.freeze_body = true;
  plan.rates.body_decay = 0.5;
  Trainer trainer(fixed(plan));
  at::Tensor const body = segment(trainer, trainer.values(), model::Owner::encoder),
                   head = segment(trainer, trainer.values(), model::Owner::mlm_head),
                   end = segment(trainer, trainer.values(), model::Owner::task_head);
  trainer.run(5);
  EXPECT_TRUE(at::equal(segment(trainer, trainer.values(), model::Owner::encoder), body));
  EXPECT_TRUE(at::equal(segment(trainer, trainer.values(), model::Owner::task_head), end));
  EXPECT_GT(distance(segment(trainer, trainer.values(), model::Owner::mlm_head), head), 1e-3);
  EXPECT_EQ(segment(trainer, trainer.optimizer().second_moment(), model::Owner::encoder).abs().max().item<double>(), 0);
}

TEST(StepFrozen, WithoutItTheBodyMovesToo) {
  Trainer trainer(fixed({.tasks = {masked_task("text", 5), labelled_task("end", 4)}}));
  at::Tensor const body = segment(trainer, trainer.values(), model::Owner::encoder);
  trainer.run(1);
  EXPECT_GT(distance(segment(trainer, trainer.values(), model::Owner::encoder), body), 1e-4);
}

}  // namespace
}  // namespace tartan::train::toy
