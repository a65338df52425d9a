// Objectives that learn from texts alone, over the texts of all ranks.
#include "mpi_step.hpp"
#include "toy_texts.hpp"

namespace tartan::train::toy {
namespace {

// Of one text, and on more ranks of three, some ranks have none and yet join
TEST(Texts, TrainAsOnOneRank) {
  for (std::uint64_t const examples : {1, 3, 9}) {
    Plan const plan{.tasks = tasks_of_texts(examples)};
    expect_as_on_one_rank(plan);
    expect_as_on_one_rank(fixed(plan));
    expect_as_on_one_rank(fixed({.tasks = plan.tasks, .options = one_by_one()}));
  }
}

TEST(Texts, MicroBatchesTrainAsOnOneRank) {
  for (LossMean const mean : {LossMean::batch, LossMean::micro_batches}) {
    Plan plan{.tasks = tasks_of_texts(2), .micro_batches = 3};  // the third has no text
    plan.options.loss_mean = mean;
    expect_as_on_one_rank(plan);
    expect_as_on_one_rank(fixed(plan));
  }
}

TEST(Texts, TheyMayComeNowAndThen) {
  Plan plan{.tasks = tasks_of_texts()};
  for (std::size_t i = 1; i < plan.tasks.size(); ++i) plan.tasks[i] = now_and_then(plan.tasks[i], 2, i % 2);
  expect_as_on_one_rank(plan);
  expect_as_on_one_rank(fixed(plan));
}

TEST(Texts, AlignmentsOfOtherPlacementsAgreeOnEveryRank) {
  for (Placement const placement : {Placement::rank0, Placement::mean}) {
    Plan plan{.tasks = tasks_of_texts()};
    plan.options.placement = placement;
    Trainer ranks(on_ranks(plan));
    ranks.run(5);
    expect_same_on_every_rank(ranks.values());
    expect_same_on_every_rank(at::tensor(ranks.weights(), at::kDouble));
  }
}

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
