#include "train/draws_world.hpp"

#include <tartan/core/error.hpp>
#include <tartan/train/sampling.hpp>

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace tartan::train {
namespace {

using Sizes = std::vector<std::int64_t>;
using testing::World;

TEST(SampleSizes, FollowTheWeights) {
  EXPECT_EQ(sample_sizes({0.5, 0.25, 0.25}, 48, 1), (Sizes{24, 12, 12}));
  EXPECT_EQ(sample_sizes({2, 1, 1}, 48, 1), (Sizes{24, 12, 12}));
}

TEST(SampleSizes, KeepTheLeastAndTheBudget) {
  EXPECT_EQ(sample_sizes({1, 0}, 12, 1), (Sizes{12, 1}));
  EXPECT_EQ(sample_sizes({0.999, 0.001}, 12, 3), (Sizes{12, 3}));
  EXPECT_EQ(sample_sizes({0.5, 0.5}, 2, 9), (Sizes{2, 2}));
}

TEST(SampleSizes, SurviveByName) {
  auto const kept = by_name({"end", "text"}, {3, 9});
  EXPECT_EQ(sizes_from(kept, {"text", "end"}), (Sizes{9, 3}));
  EXPECT_THROW(sizes_from(kept, {"end", "other"}), Error);
  EXPECT_THROW(sizes_from({{"end", 0}}, {"end"}), Error);
}

//! Keys of the examples that all ranks see of a task in a step.
std::multiset<std::uint64_t> seen(World const& world, int ranks, std::int64_t step, std::size_t task,
                                  Sizes const& sizes, std::int64_t micro_batches = 1) {
  std::multiset<std::uint64_t> keys;
  for (int rank = 0; rank < ranks; ++rank) {
    StepInputs const inputs = world.draws(rank, ranks, micro_batches).at(step, sizes);
    for (auto const& batch : inputs.batches[task]) keys.insert(batch.example_keys.begin(), batch.example_keys.end());
  }
  return keys;
}

TEST(SampledDraws, TakeSoManyOfEachTask) {
  World const world;
  EXPECT_EQ(world.draws(0, 1).budget(), 12);
  for (int const ranks : {1, 2, 4}) {
    EXPECT_EQ(seen(world, ranks, 3, 0, {9, 3}).size(), 9U);
    EXPECT_EQ(seen(world, ranks, 3, 1, {9, 3}).size(), 3U);
  }
}

TEST(SampledDraws, AreTheSameOnAnyRanksAndInMicroBatches) {
  World const world;
  auto const one = seen(world, 1, 3, 1, {4, 8});
  EXPECT_EQ(seen(world, 2, 3, 1, {4, 8}), one);
  EXPECT_EQ(seen(world, 4, 3, 1, {4, 8}, 2), one);
}

TEST(SampledDraws, FewerAreTheFirstOfMoreWhateverCameBefore) {
  World const world;
  auto const few = seen(world, 1, 5, 1, {6, 3}), many = seen(world, 1, 5, 1, {1, 11});
  EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
}

TEST(SampledDraws, EveryExampleIsAsLikely) {
  World const world;
  Draws const draws = world.draws(0, 1);
  std::vector<int> met(50, 0);
  for (std::int64_t step = 0; step < 2'000; ++step) {
    StepInputs const inputs = draws.at(step, {9, 3});
    for (auto const example : inputs.batches[1][0].examples) ++met[example];
  }
  for (int const times : met) EXPECT_NEAR(times, 2'000 * 3 / 50, 5 * std::sqrt(2'000 * 3 / 50.0));
}

}  // namespace
}  // namespace tartan::train
