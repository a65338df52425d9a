// Probes that are rare, stale or of each micro-batch, on several ranks.
#include "mpi_step.hpp"

namespace tartan::train::toy {
namespace {

Plan per_micro_batch(LossMean mean) {
  Plan plan{.micro_batches = 3};
  plan.options.probe.per = task::ProbePer::micro;
  plan.options.loss_mean = mean;
  return plan;
}

TEST(Step, AProbeForEachMicroBatchTrainsAsOnOneRank) { expect_as_on_one_rank(per_micro_batch(LossMean::batch)); }
TEST(Step, MeansOfMicroBatchesTrainAsOnOneRank) {
  Plan const plan = per_micro_batch(LossMean::micro_batches);
  expect_as_on_one_rank(plan);
  expect_as_on_one_rank(fixed(plan));
}
TEST(Step, AProbeForEachMicroBatchMeetsEmptyOnes) {
  Plan plan = per_micro_batch(LossMean::micro_batches);
  plan.tasks = {labelled_task("end", 8), masked_task("text", 1), without_examples(labelled_task("other", 1))};
  expect_as_on_one_rank(plan);
}
TEST(Step, AProbeForEachMicroBatchWithPlacementRank0GivesTheSameOnEveryRank) {
  Plan plan = per_micro_batch(LossMean::micro_batches);
  plan.tasks = {labelled_task("end", 48), masked_task("text", 48), labelled_task("other", 64)};  // some for rank 0
  plan.options.placement = Placement::rank0;
  Trainer ranks(on_ranks(plan));
  for (auto const& look : ranks.run(10).looks)
    for (double const norm : look.norm) EXPECT_GT(norm, 0);
  expect_same_on_every_rank(ranks.values());
  EXPECT_NE(ranks.weights()[0], ranks.weights()[1]);
}

TEST(Step, ARareProbeTrainsAsOnOneRank) { expect_as_on_one_rank(with_probe(3, false)); }
TEST(Step, AStaleProbeTrainsAsOnOneRank) { expect_as_on_one_rank(with_probe(1, true)); }
TEST(Step, ARareStaleProbeTrainsAsOnOneRank) { expect_as_on_one_rank(with_probe(3, true)); }
TEST(Step, AStaleProbeOfOneTaskTrainsAsOnOneRank) {
  Plan plan = with_probe(1, true);
  plan.tasks = {labelled_task("end", 8)};
  plan.weighting = weighting::make_meta_tartan(1, 0.5);
  expect_as_on_one_rank(plan);
}

TEST(Step, AStaleProbeWithPlacementRank0GivesTheSameOnEveryRank) {
  Plan plan = with_probe(1, true);
  plan.tasks = with_some_for_rank0();
  plan.options.placement = Placement::rank0;
  Trainer ranks(on_ranks(plan));
  ranks.run(10);
  expect_same_on_every_rank(ranks.values());
  EXPECT_NE(ranks.weights()[0], ranks.weights()[1]);
}

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
