#include "train/draws_world.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace tartan::train {
namespace {

using testing::World;

//! All that one drawn example brings along, whatever batch it lies in.
struct Seen {
  std::uint64_t example, key;
  std::vector<std::int64_t> tokens, rows, targets;  // rows from the example's start
  auto operator<=>(Seen const&) const = default;
};

std::vector<Seen> seen_in(data::PackedBatch const& batch) {
  std::vector<Seen> result;
  for (std::size_t e = 0; e < batch.examples.size(); ++e) {
    auto const begin = batch.encoder.sequence_starts[static_cast<std::size_t>(batch.example_starts[e])],
               end = batch.encoder.sequence_starts[static_cast<std::size_t>(batch.example_starts[e + 1])];
    Seen& one = result.emplace_back(Seen{batch.examples[e], batch.example_keys[e], {}, {}, {}});
    one.tokens.assign(batch.encoder.tokens.begin() + begin, batch.encoder.tokens.begin() + end);
    for (std::size_t r = 0; r < batch.rows.size(); ++r) {
      if (batch.rows[r] < begin || batch.rows[r] >= end) continue;
      one.rows.push_back(batch.rows[r] - begin);
      one.targets.push_back(batch.targets[r]);
    }
  }
  return result;
}

using StepSeen = std::vector<std::vector<Seen>>;  // [task] in any order

void add_to(StepSeen& all, StepInputs const& inputs) {
  all.resize(inputs.batches.size());
  for (std::size_t t = 0; t < inputs.batches.size(); ++t)
    for (auto const& batch : inputs.batches[t])
      for (auto& one : seen_in(batch)) all[t].push_back(std::move(one));
  for (auto& task : all) std::sort(task.begin(), task.end());
}

StepSeen seen_by_all(World const& world, int ranks, std::int64_t step, std::int64_t micro_batches = 1) {
  StepSeen all;
  for (int rank = 0; rank < ranks; ++rank) add_to(all, world.draws(rank, ranks, micro_batches).at(step));
  return all;
}

TEST(Draws, RanksShareTheSameExamplesAndMasks) {
  World const world;
  for (std::int64_t const step : {0, 3, 4, 17}) {  // epochs end within steps 4 and 7
    StepSeen const one = seen_by_all(world, 1, step);
    EXPECT_EQ(one[0].size(), 5U);
    EXPECT_EQ(one[1].size(), 7U);
    for (int const ranks : {2, 4}) EXPECT_EQ(seen_by_all(world, ranks, step), one) << ranks << " ranks, step " << step;
  }
}

//! Sub-batches of 5 and 7 examples, three in a step.
StepInputs mixed_inputs(World const& world, int rank, int ranks, std::int64_t step, std::int64_t micro_batches = 1) {
  Mixture const mixture({{23, 5}, {50, 7}}, Mixing::heterogeneous, 3, Key(9));
  return Draws(world.all(), nullptr, false, {}, micro_batches, Key(1).with("prefinetune"), rank, ranks, mixture)
      .at(step);
}

StepSeen mixed_seen(World const& world, int ranks, std::int64_t step, std::int64_t micro_batches = 1) {
  StepSeen all;
  for (int rank = 0; rank < ranks; ++rank) add_to(all, mixed_inputs(world, rank, ranks, step, micro_batches));
  return all;
}

TEST(muppet, RanksAndMicroBatchesShareTheSameSubBatches) {
  World const world;
  for (std::int64_t step = 0; step < 9; ++step) {  // an epoch has 13 sub-batches
    StepSeen const one = mixed_seen(world, 1, step);
    for (int const ranks : {2, 4}) EXPECT_EQ(mixed_seen(world, ranks, step), one) << ranks << " ranks, step " << step;
    EXPECT_EQ(mixed_seen(world, 2, step, 2), one);
  }
}

TEST(muppet, TasksWeighAsManyExamplesAsTheyHaveOnEveryRank) {
  World const world;
  for (std::int64_t step = 0; step < 9; ++step) {
    StepSeen const seen = mixed_seen(world, 1, step);
    auto const all = static_cast<double>(seen[0].size() + seen[1].size());
    for (int rank = 0; rank < 2; ++rank) {
      auto const weights = mixed_inputs(world, rank, 2, step).weights;
      for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(weights[i], static_cast<double>(seen[i].size()) / all, 1e-15);
    }
  }
}

TEST(muppet, AnEpochOfStepsHasEachExampleOnce) {
  World const world;
  std::vector<std::map<std::uint64_t, int>> met(2);
  for (std::int64_t step = 0; step < 13; ++step) {  // three epochs of 13 sub-batches
    StepSeen const seen = mixed_seen(world, 1, step);
    for (std::size_t i = 0; i < 2; ++i)
      for (auto const& one : seen[i]) ++met[i][one.example];
  }
  EXPECT_EQ(met[0].size(), 23U);
  EXPECT_EQ(met[1].size(), 50U);
  for (auto const& task : met)
    for (auto const& [example, times] : task) EXPECT_EQ(times, 3) << example;
}

TEST(Draws, MicroBatchesAreAStepInParts) {
  World const world;
  for (std::int64_t const parts : {2, 3}) {
    EXPECT_EQ(world.draws(0, 1, parts).at(2).batches[0].size(), static_cast<std::size_t>(parts));
    EXPECT_EQ(seen_by_all(world, 2, 2, parts), seen_by_all(world, 1, 2));
  }
}

TEST(Draws, AnyStepAtAnyTime) {
  World const world;
  Draws const draws = world.draws(0, 1);
  StepSeen in_order, alone;
  for (std::int64_t step = 0; step < 9; ++step) draws.at(step);
  add_to(in_order, draws.at(9));
  add_to(alone, world.draws(0, 1).at(9));
  EXPECT_EQ(in_order, alone);
}

TEST(Draws, EveryEpochHasEachExampleOnce) {
  World const world;
  std::map<std::uint64_t, int> met;
  for (std::int64_t step = 0; step < 23; ++step) {  // 5 epochs of 23
    StepSeen const seen = seen_by_all(world, 1, step);
    for (auto const& one : seen[0]) ++met[one.example];
  }
  EXPECT_EQ(met.size(), 23U);
  for (auto const& [example, times] : met) EXPECT_EQ(times, 5) << example;
}

TEST(Draws, AnotherTaskLeavesTheOthersAlone) {
  World const world;
  Draws const alone({&world.tasks[1]}, &world.tasks[0], false, World::probe(), 1, Key(1).with("joint"), 0, 1);
  StepSeen seen;
  add_to(seen, alone.at(6));
  EXPECT_EQ(seen[0], seen_by_all(world, 1, 6)[1]);
}

TEST(Draws, StepsSeedsAndStagesDiffer) {
  World const world;
  std::set<StepSeen> all = {seen_by_all(world, 1, 0), seen_by_all(world, 1, 1)};
  StepSeen other_seed, other_stage;
  add_to(other_seed, world.draws(0, 1, 1, 2).at(0));
  Key const finetune = Key(1).with("finetune");
  add_to(other_stage, Draws(world.all(), &world.tasks[0], true, World::probe(), 1, finetune, 0, 1).at(0));
  all.insert({other_seed, other_stage});
  EXPECT_EQ(all.size(), 4U);
}

TEST(Draws, AnExampleDrawnAgainInAStepIsMaskedAnew) {
  World world;
  world.tasks[1].options.batch = 100;  // two epochs
  std::map<std::uint64_t, std::set<std::vector<std::int64_t>>> versions;
  auto const seen = seen_by_all(world, 1, 0)[1];
  for (auto const& one : seen) versions[one.example].insert(one.tokens);
  EXPECT_EQ(versions.size(), 50U);
  std::size_t different = 0;
  for (auto const& [example, texts] : versions) different += texts.size() - 1;
  EXPECT_GT(different, 40U);  // a short text may draw the same twice
  EXPECT_EQ(seen_by_all(world, 4, 0)[1], seen);
}

TEST(Draws, OnlyRank0DrawsForTheProbeAndItsShareShrinks) {
  World const world;
  StepInputs const first = world.draws(0, 2).at(1), second = world.draws(1, 2).at(1);
  ASSERT_TRUE(first.probe.has_value());
  EXPECT_FALSE(second.probe.has_value());
  EXPECT_EQ(first.probe->head.examples.size(), 6U);
  EXPECT_EQ(first.probe->gradient.examples.size(), 8U);
  std::set<std::uint64_t> keys(first.probe->head.example_keys.begin(), first.probe->head.example_keys.end());
  for (auto const key : first.probe->gradient.example_keys) EXPECT_FALSE(keys.contains(key));
  auto const& head = first.probe->head.examples;
  EXPECT_FALSE(std::equal(head.begin(), head.end(), first.probe->gradient.examples.begin()));
  auto const examples = [](StepInputs const& inputs, std::size_t task) {
    return inputs.batches[task][0].examples.size();
  };
  EXPECT_LT(examples(first, 1), examples(second, 1));
  EXPECT_GE(examples(first, 0), 1U);
  EXPECT_GE(examples(first, 1), 1U);
}

TEST(Draws, TheDevHeadStartsAnewEachStep) {
  World const world;
  Draws const draws = world.draws(0, 1);
  model::Layout layout;
  model::add_head(layout, "dev", {{"fc.weight", {4, 4}}, {"fc.bias", {4}}});
  auto const start = [&](Draws const& of, std::int64_t step) {
    model::ParameterSet head(layout, at::kDouble);
    of.head_start(step)(head, "dev");
    return head.values().clone();
  };
  EXPECT_TRUE(at::equal(start(draws, 3), start(world.draws(1, 4), 3)));
  EXPECT_FALSE(at::equal(start(draws, 3), start(draws, 4)));
}

}  // namespace
}  // namespace tartan::train
