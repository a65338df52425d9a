#include "core/throws.hpp"
#include "train/draws_world.hpp"

#include <tartan/train/prefetch.hpp>

#include <gtest/gtest.h>

namespace tartan::train {
namespace {

constexpr std::int64_t total_steps = 9;

void expect_same(StepInputs const& a, StepInputs const& b) {
  ASSERT_EQ(a.batches.size(), b.batches.size());
  for (std::size_t task = 0; task < a.batches.size(); ++task) {
    EXPECT_EQ(a.batches[task][0].encoder.tokens, b.batches[task][0].encoder.tokens);
    EXPECT_EQ(a.batches[task][0].targets, b.batches[task][0].targets);
    EXPECT_EQ(a.batches[task][0].example_keys, b.batches[task][0].example_keys);
  }
  ASSERT_EQ(a.probe.has_value(), b.probe.has_value());
  if (a.probe) {
    EXPECT_EQ(a.probe->head.encoder.tokens, b.probe->head.encoder.tokens);
  }
}

TEST(Prefetch, GivesWhatDrawingGives) {
  testing::World const world;
  Draws const draws = world.draws(0, 2);
  Prefetch prefetch(draws, total_steps);
  for (std::int64_t step = 0; step < total_steps; ++step) {
    prefetch.start(step);
    if (step % 2 == 0) expect_same(prefetch.peek(), draws.at(step));
    expect_same(prefetch.take(), draws.at(step));
  }
}

TEST(Prefetch, HasNothingAfterTheLastStep) {
  testing::World const world;
  Draws const draws = world.draws(0, 1);
  Prefetch prefetch(draws, total_steps);
  prefetch.start(total_steps - 1);
  EXPECT_FALSE(prefetch.take().batches.empty());
  prefetch.start(total_steps);
  EXPECT_TRUE(prefetch.peek().batches.empty());
  EXPECT_TRUE(prefetch.take().batches.empty());
}

TEST(Prefetch, MayBeLeftWithoutBeingAsked) {
  testing::World const world;
  Draws const draws = world.draws(0, 1);
  Prefetch prefetch(draws, total_steps);
  prefetch.start(0);
}

TEST(Prefetch, HandsOnWhatDrawingThrows) {
  testing::World world;
  auto broken = data::testing::random_spec(30, 4);
  broken.tokens[3] = static_cast<std::uint32_t>(broken.vocab_size);  // only seen as the example is packed
  write_shard(world.directory / "broken.h5", broken);
  world.tasks[0].train = data::Dataset::open(world.directory / "broken.h5", "train");
  Draws const draws = world.draws(0, 1);
  Prefetch prefetch(draws, 30);
  tartan::testing::message_of(ExitStatus::data, [&] {
    for (std::int64_t step = 0; step < 30; ++step) {
      prefetch.start(step);
      prefetch.take();
    }
  });
}

}  // namespace
}  // namespace tartan::train
