// A step on several ranks is that of one.
#include "mpi_step.hpp"

namespace tartan::train::toy {
namespace {

TEST(Step, FusedTasksTrainAsOnOneRank) { expect_as_on_one_rank(fixed({})); }
TEST(Step, TasksOneByOneTrainAsOnOneRank) { expect_as_on_one_rank(fixed({.options = one_by_one()})); }
TEST(Step, LearnedWeightsTrainAsOnOneRank) { expect_as_on_one_rank({}); }
TEST(Step, MicroBatchesTrainAsOnOneRank) { expect_as_on_one_rank({.micro_batches = 2}); }

TEST(Step, ATaskMayBeEmptyOnSomeRanks) {
  std::vector<Task> const tasks = {labelled_task("end", 8), masked_task("text", 1), labelled_task("other", 1)};
  expect_as_on_one_rank({.tasks = tasks});
  expect_as_on_one_rank(fixed({.tasks = tasks}));
}

TEST(Step, ATaskMayBeEmptyOnAllRanks) {
  std::vector<Task> const tasks = {labelled_task("end", 8), without_examples(masked_task("text", 1)),
                                   without_examples(labelled_task("other", 1))};
  expect_as_on_one_rank({.tasks = tasks});
  expect_as_on_one_rank(fixed({.tasks = tasks}));
}

TEST(Step, ReducingThroughHostMemoryChangesNoBit) {
  for (Plan plan : {Plan{}, fixed({})}) {
    plan.comm = world;
    Trainer direct(plan);
    plan.options.through_host = true;
    Trainer staged(plan);
    direct.run(5);
    staged.run(5);
    EXPECT_TRUE(at::equal(direct.values(), staged.values()));
    EXPECT_EQ(direct.weights(), staged.weights());
  }
}

TEST(Step, FiftyStepsGiveTheWeightsOfOneRank) {
  Trainer one{Plan()}, ranks(on_ranks({}));
  one.run(50);
  ranks.run(50);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(one.weights()[i], ranks.weights()[i], 1e-9);
  EXPECT_GT(std::abs(one.weights()[0] - one.weights()[1]), 1e-2);
}

TEST(Step, AWiderBodyTrainsAsOnOneRank) {
  for (weighting::Weighting const& rule : std::vector<weighting::Weighting>{
           weighting::make_meta_tartan(3, 0.5), weighting::make_gcs({1, 1, 1}, weighting::Gate::cosine)}) {
    Plan plan{.weighting = rule};
    plan.options.body = Body::encoder_and_mlm_head;
    expect_as_on_one_rank(plan);
  }
}

TEST(Step, WeightsOfLayersTrainAsOnOneRank) { expect_as_on_one_rank(layered({}, weighting::Similarity::cosine)); }
TEST(Step, WeightsOfLayersBetweenProbesTrainAsOnOneRank) {
  expect_as_on_one_rank(layered(with_probe(3, true), weighting::Similarity::cosine));
}
TEST(Step, WeightsOfLayersInAdamsMetricTrainAsOnOneRank) {
  expect_as_on_one_rank(layered({}, weighting::Similarity::adam));
}

TEST(Step, LoggingLayersChangesNoBitOnAnyRank) {
  Plan plan = on_ranks({});
  Trainer quiet(plan);
  plan.options.log_layers = true;
  Trainer loud(plan);
  quiet.run(5);
  EXPECT_EQ(loud.run(5).alignments.groups.size(), 3U);
  EXPECT_TRUE(at::equal(quiet.values(), loud.values()));
}

Plan in_metric(bool stale) {
  Plan plan = with_probe(1, stale);
  plan.weighting = weighting::make_meta_tartan(3, 0.5, weighting::Similarity::adam);
  return plan;
}

TEST(Step, AlignmentsInAdamsMetricTrainAsOnOneRank) { expect_as_on_one_rank(in_metric(false)); }
TEST(Step, AStaleProbeInAdamsMetricTrainsAsOnOneRank) { expect_as_on_one_rank(in_metric(true)); }
TEST(Step, TheEndTaskJudgingInAdamsMetricTrainsAsOnOneRank) {
  expect_as_on_one_rank({.weighting = weighting::make_dga({0.2, 0.4, 0.4}, 0.1, weighting::Similarity::adam, 1)});
}

TEST(Step, OtherRulesTrainAsOnOneRank) {
  for (auto const& rule : other_rules()) expect_as_on_one_rank({.weighting = rule});
}

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
