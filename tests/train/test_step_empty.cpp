#include "toy_trainer.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

//! Everything that the optimiser holds of one segment.
at::Tensor state_of(Trainer& trainer, std::size_t segment) {
  auto const& s = trainer.model().parameters.layout().segments()[segment];
  auto const slice = [&](at::Tensor const& flat) { return flat.slice(0, s.begin, s.end); };
  auto const& optimizer = trainer.optimizer();
  return at::cat({slice(trainer.values()), slice(optimizer.first_moment()), slice(optimizer.second_moment()),
                  optimizer.step_counts()[segment].to(at::kDouble).view(1)});
}

bool is_head_of(model::Segment const& segment, std::string const& task) {
  if (task == "text") return segment.owner == model::Owner::mlm_head;
  return segment.name == "head." + task;
}

void expect_only_the_starved_head_rests(Plan const& plan, std::string const& starved) {
  Trainer trainer(plan);
  trainer.run(3);
  trainer.starve(starved);
  std::vector<at::Tensor> before;
  auto const& segments = trainer.model().parameters.layout().segments();
  for (std::size_t s = 0; s < segments.size(); ++s) before.push_back(state_of(trainer, s));
  StepReport const report = trainer.run();
  EXPECT_EQ(report.losses[trainer.index(starved)], 0);
  EXPECT_FALSE(report.alignments.present[trainer.index(starved)]);
  for (std::size_t s = 0; s < segments.size(); ++s)
    EXPECT_EQ(at::equal(before[s], state_of(trainer, s)), is_head_of(segments[s], starved)) << segments[s].name;
}

TEST(StepEmpty, ALabelledTaskWithoutExamplesLeavesItsHeadAlone) {
  expect_only_the_starved_head_rests({}, "other");
  expect_only_the_starved_head_rests(fixed({}), "other");
}

TEST(StepEmpty, TextWithoutExamplesLeavesTheMlmHeadAlone) {
  expect_only_the_starved_head_rests({}, "text");
  expect_only_the_starved_head_rests(fixed({}), "text");
}

TEST(StepEmpty, TheEndTaskMayBeWithoutExamples) { expect_only_the_starved_head_rests({}, "end"); }

TEST(StepEmpty, ATaskWithoutExamplesKeepsItsLogit) {
  Trainer trainer({.tasks = {labelled_task("end", 8), without_examples(labelled_task("other", 6))}});
  StepReport const report = trainer.run();
  double const cosine = weighting::cosines(report.alignments)[0];
  EXPECT_GT(std::abs(cosine), 1e-3);
  EXPECT_NEAR(std::log(trainer.weight("end") / trainer.weight("other")), 0.5 * cosine, 1e-12);
}

TEST(StepEmpty, WithoutItTheOthersGoOnAsIfAlone) {
  Plan plan{.tasks = {labelled_task("end", 8), without_examples(masked_task("text", 5))}};
  plan.rates.clip = 0;
  Trainer both(fixed(plan));
  Trainer alone(fixed({.tasks = {labelled_task("end", 8)}, .rates = plan.rates}));
  both.run();
  alone.run();
  EXPECT_LE(distance(2 * both.combined(), alone.combined()), 1e-12);
}

}  // namespace
}  // namespace tartan::train::toy
