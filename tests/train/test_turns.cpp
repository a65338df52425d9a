#include "train/draws_world.hpp"

#include <gtest/gtest.h>
#include <map>

namespace tartan::train {
namespace {

using testing::World;

constexpr std::size_t end = 0, text = 1;

TEST(tlm, AfterSoManyExternalStepsComesOneOfTheEndTask) {
  Turns const turns({false, false, true}, 3);
  for (std::int64_t step = 0; step < 40; ++step) {
    bool const own = step % 4 == 3;
    EXPECT_EQ(turns.has(0, step), own) << step;
    EXPECT_EQ(turns.has(1, step), own) << step;
    EXPECT_EQ(turns.has(2, step), !own) << step;
  }
}

TEST(tlm, StepsBeforeAreThoseThatTrainedTheTask) {
  Turns const turns({false, true}, 3);
  for (std::size_t const task : {end, text}) {
    std::int64_t before = 0;
    for (std::int64_t step = 0; step < 40; ++step) {
      if (!turns.has(task, step)) continue;
      EXPECT_EQ(turns.before(task, step), before++) << step;
    }
    EXPECT_DOUBLE_EQ(turns.steps_per_turn(task), 40 / static_cast<double>(before));
  }
}

Draws draws(World const& world, int rank, int ranks, std::int64_t micro_batches = 1) {
  return {world.all(),  &world.tasks[end],      false, {}, micro_batches, Key(1).with("turns"), rank, ranks,
          std::nullopt, Turns({false, true}, 3)};
}

TEST(tlm, AStepHasExamplesOfThoseWhoseTurnItIs) {
  World const world;
  for (std::int64_t step = 0; step < 16; ++step) {
    for (std::size_t const task : {end, text}) {
      std::int64_t examples = 0;
      for (int rank = 0; rank < 2; ++rank) {
        StepInputs const inputs = draws(world, rank, 2, 2).at(step);
        for (auto const& batch : inputs.batches[task]) examples += batch.num_examples();
      }
      bool const turn = (task == end) == (step % 4 == 3);
      EXPECT_EQ(examples, turn ? world.tasks[task].options.batch : 0) << step;
    }
  }
}

TEST(tlm, NoExampleComesTwiceBeforeAllHaveCome) {
  World const world;
  std::map<std::uint64_t, int> met;
  for (std::int64_t step = 0; step < 20; ++step) {  // the end task's turn five times, 5 of 23 examples each
    StepInputs const inputs = draws(world, 0, 1).at(step);
    for (auto const& batch : inputs.batches[end])
      for (auto const example : batch.examples) ++met[example];
  }
  EXPECT_EQ(met.size(), 23U);
  for (auto const& [example, times] : met) EXPECT_LE(times, 2) << example;
}

}  // namespace
}  // namespace tartan::train
