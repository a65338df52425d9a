// What the probe's choices (probe.*) and task.NAME.fraction make of the draws.
#include "train/draws_world.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <utility>

namespace tartan::train {
namespace {

using testing::World;
using Rows = std::set<std::uint64_t>;

class DrawsProbe : public ::testing::Test {
 protected:
  DrawsProbe() { world_.tasks[0].options.role = Role::end; }
  Draws draws(task::ProbeOptions const& probe, int rank = 0, int ranks = 1) const {
    return {world_.all(), &world_.tasks[0], true, probe, 1, Key(1).with("joint"), rank, ranks};
  }
  static Rows rows(data::PackedBatch const& batch) { return {batch.examples.begin(), batch.examples.end()}; }
  static bool overlap(Rows const& a, Rows const& b) {
    return std::any_of(a.begin(), a.end(), [&](std::uint64_t row) { return b.contains(row); });
  }
  //! All that steps 0 … 39 train a task on, over two ranks.
  Rows trained(task::ProbeOptions const& probe, std::size_t task) const {
    Rows seen;
    for (int const rank : {0, 1})
      for (std::int64_t step = 0; step < 40; ++step) seen.merge(rows(draws(probe, rank, 2).at(step).batches[task][0]));
    return seen;
  }
  std::vector<std::uint64_t> shares(task::ProbeOptions const& probe, std::int64_t step) const {
    std::vector<std::uint64_t> result;
    for (auto const& batches : draws(probe, 0, 2).at(step).batches) result.push_back(batches[0].examples.size());
    return result;
  }
  void set_aside(double share) {
    world_.tasks[0].options.fraction = 0.8;
    choose_parts(world_.tasks, share);
  }

  World world_;
  task::ProbeOptions options_ = World::probe();
};

TEST_F(DrawsProbe, EveryFewSteps) {
  options_.every = 3;
  task::ProbeOptions const each = World::probe();
  for (std::int64_t step = 0; step < 7; ++step) {
    StepInputs const inputs = draws(options_).at(step);
    bool const due = step % 3 == 0;
    EXPECT_EQ(inputs.aligned, due) << step;
    EXPECT_EQ(inputs.probe.has_value(), due) << step;
    if (due) {
      EXPECT_EQ(inputs.probe->gradient.examples, draws(each).at(step).probe->gradient.examples);
    }
  }
}

TEST_F(DrawsProbe, BetweenProbesRank0sShareIsWhole) {
  options_.every = 2;
  EXPECT_LT(shares(options_, 0)[0], 2U);
  EXPECT_EQ(shares(options_, 0), shares(World::probe(), 0));
  Draws const fixed(world_.all(), &world_.tasks[0], false, {}, 1, Key(1).with("joint"), 0, 2);
  for (std::size_t task : {0, 1}) EXPECT_EQ(shares(options_, 1)[task], fixed.at(1).batches[task][0].examples.size());
}

TEST_F(DrawsProbe, AStaleProbeIsTakenAStepAhead) {
  options_.stale = true;
  for (std::int64_t const every : {1, 3}) {
    options_.every = every;
    for (std::int64_t step = 0; step < 8; ++step) {
      StepInputs const inputs = draws(options_).at(step);
      EXPECT_EQ(inputs.aligned, step % every == 0 && step > 0) << step;
      EXPECT_EQ(inputs.probe.has_value(), (step + 1) % every == 0) << step;
    }
  }
}

TEST_F(DrawsProbe, WhileRank0TakesAStaleProbeTheOthersDoTheLastTask) {
  options_.gradient_examples = 4;
  auto const first = shares(options_, 3);
  options_.stale = true;
  auto const last = shares(options_, 3);
  EXPECT_LT(first[0], last[0]);
  EXPECT_GT(first[1], last[1]);
}

TEST_F(DrawsProbe, TheTrainingHeadNeedsNoFit) {
  options_.head = task::ProbeHead::training;
  ProbeInputs const probe = *draws(options_).at(1).probe, usual = *draws(World::probe()).at(1).probe;
  EXPECT_TRUE(probe.head.examples.empty());
  EXPECT_EQ(probe.gradient.examples, usual.gradient.examples);
  EXPECT_EQ(probe.gradient.example_keys, usual.gradient.example_keys);
}

TEST_F(DrawsProbe, SharedDrawsAreTheSameExamples) {
  options_.draw = task::ProbeDraw::shared;
  options_.head_examples = options_.gradient_examples;
  for (std::int64_t const step : {0, 5, 9}) {
    ProbeInputs const probe = *draws(options_).at(step).probe;
    EXPECT_EQ(probe.head.examples, probe.gradient.examples);
    EXPECT_NE(probe.head.example_keys, probe.gradient.example_keys);  // dropout of their own
    EXPECT_EQ(probe.gradient.examples, draws(World::probe()).at(step).probe->gradient.examples);
  }
}

TEST_F(DrawsProbe, OthersAreExamplesThatTheProbeHasNot) {
  Rows seen;
  for (std::int64_t step = 0; step < 20; ++step) {
    ProbeInputs const probe = *draws(options_).at(step).probe;
    Rows const others = rows(draws(options_).unprobed(probe, step));
    EXPECT_EQ(others.size(), 8U);
    EXPECT_FALSE(overlap(others, rows(probe.gradient)) || overlap(others, rows(probe.head)));
    EXPECT_EQ(others, rows(draws(options_).unprobed(probe, step)));
    seen.insert(others.begin(), others.end());
  }
  EXPECT_EQ(seen.size(), 40U);
}

TEST_F(DrawsProbe, OthersAreAsManyAsThereAre) {
  for (auto const& [gradient, most] : {std::pair<std::int64_t, std::size_t>{34, 6}, {40, 0}}) {
    options_.gradient_examples = gradient;
    ProbeInputs const probe = *draws(options_).at(0).probe;
    Rows used = rows(probe.gradient);
    used.merge(rows(probe.head));
    EXPECT_LE(40 - used.size(), most);
    EXPECT_EQ(draws(options_).unprobed(probe, 0).examples.size(), 40 - used.size());
  }
}

TEST_F(DrawsProbe, EachMicroBatchHasADevGradientOfItsOwn) {
  options_.per = task::ProbePer::micro;
  Draws const two(world_.all(), &world_.tasks[0], true, options_, 2, Key(1).with("joint"), 0, 1);
  Rows epoch;
  for (std::int64_t step = 0; step < 3; ++step) {  // 3 steps x 2 x 8 of 40 examples
    ProbeInputs const probe = *two.at(step).probe;
    ASSERT_EQ(probe.further.size(), 1U);
    EXPECT_FALSE(overlap(rows(probe.gradient), rows(probe.further[0])));
    EXPECT_EQ(probe.further[0].examples.size(), 8U);
    EXPECT_EQ(probe.head.examples, draws(World::probe()).at(step).probe->head.examples);
    for (auto const* batch : {&probe.gradient, &probe.further[0]}) epoch.merge(rows(*batch));
  }
  EXPECT_EQ(epoch.size(), 40U);
  EXPECT_TRUE(draws(World::probe()).at(0).probe->further.empty());
}

TEST_F(DrawsProbe, TheFitMaySeeTrainingExamples) {
  options_.fit = task::ProbeFit::train;
  std::set<std::vector<std::int64_t>> training;
  for (std::uint64_t e = 0; e < world_.tasks[0].train.size(); ++e)
    training.insert(world_.tasks[0].train.pack({&e, 1}).encoder.tokens);
  ProbeInputs const probe = *draws(options_).at(2).probe;
  for (std::size_t e = 0; e < probe.head.examples.size(); ++e) {
    std::uint64_t const row = probe.head.examples[e];
    EXPECT_TRUE(training.contains(world_.tasks[0].train.pack({&row, 1}).encoder.tokens));
    EXPECT_EQ(probe.head.class_labels[e], world_.tasks[0].train.class_label(row));
  }
  EXPECT_EQ(probe.gradient.examples, draws(World::probe()).at(2).probe->gradient.examples);
}

TEST_F(DrawsProbe, NoExampleThatIsHeldOutTrains) {
  set_aside(0.3);
  data::Part const& part = *world_.tasks[0].part;
  ASSERT_GE(part.held_out.size(), 3U);
  Rows const held_out(part.held_out.begin(), part.held_out.end());
  EXPECT_EQ(trained(options_, 0), Rows(part.examples.begin(), part.examples.end()));
  EXPECT_FALSE(overlap(trained(options_, 0), held_out));
  Rows probed;
  for (std::int64_t step = 0; step < 10; ++step) {
    ProbeInputs const probe = *draws(options_).at(step).probe;
    probed.merge(rows(probe.head));
    probed.merge(rows(probe.gradient));
    EXPECT_EQ(probe.gradient.class_labels[0], world_.tasks[0].train.class_label(probe.gradient.examples[0]));
  }
  EXPECT_EQ(probed, held_out);
}

TEST_F(DrawsProbe, WithAHoldOutTheFitOnTrainingExamplesStaysOutOfIt) {
  set_aside(0.3);
  options_.fit = task::ProbeFit::train;
  data::Part const& part = *world_.tasks[0].part;
  Rows fitted;
  for (std::int64_t step = 0; step < 40; ++step) fitted.merge(rows(draws(options_).at(step).probe->head));
  EXPECT_EQ(fitted, Rows(part.examples.begin(), part.examples.end()));
}

TEST_F(DrawsProbe, TextOfTheSameExamplesStaysOutOfTheHoldOutToo) {
  auto text = data::Dataset::open(world_.directory / "end.h5", "train");
  world_.tasks[1].train = std::move(text);
  set_aside(0.3);
  Rows const held_out(world_.tasks[0].part->held_out.begin(), world_.tasks[0].part->held_out.end());
  Rows const masked = trained(options_, 1);
  EXPECT_EQ(masked.size(), 23 - held_out.size());  // its own fraction is 1
  EXPECT_FALSE(overlap(masked, held_out));
}

TEST_F(DrawsProbe, ADataSetOfItsOwnIsAllThatTheProbeDrawsFrom) {
  auto spec = data::testing::random_spec(9, 4);
  data::testing::write_shard(world_.directory / "probe.h5", spec);
  auto const usual = trained(options_, 0);
  world_.tasks[0].probe = data::Dataset::open(world_.directory / "probe.h5", "dev");
  data::Dataset const& own = *world_.tasks[0].probe;
  Rows probed;
  for (std::int64_t step = 0; step < 10; ++step) {
    ProbeInputs const probe = *draws(options_).at(step).probe;
    for (data::PackedBatch const* batch : {&probe.head, &probe.gradient}) {
      probed.merge(rows(*batch));
      EXPECT_EQ(batch->encoder.tokens, own.pack(batch->examples).encoder.tokens);
      EXPECT_EQ(batch->class_labels[0], own.class_label(batch->examples[0]));
    }
  }
  EXPECT_EQ(probed.size(), 9U);
  EXPECT_EQ(trained(options_, 0), usual);
}

TEST_F(DrawsProbe, ACopyOfDevIsDrawnFromLikeDev) {
  std::vector<StepInputs> usual;
  for (std::int64_t step = 0; step < 4; ++step) usual.push_back(draws(options_, 0, 2).at(step));
  world_.tasks[0].probe = data::Dataset::open(world_.directory / "dev.h5", "dev");
  for (std::int64_t step = 0; step < 4; ++step) {
    StepInputs const now = draws(options_, 0, 2).at(step), &then = usual[static_cast<std::size_t>(step)];
    EXPECT_EQ(now.probe->head.example_keys, then.probe->head.example_keys);
    EXPECT_EQ(now.probe->gradient.example_keys, then.probe->gradient.example_keys);
    EXPECT_EQ(now.probe->gradient.encoder.tokens, then.probe->gradient.encoder.tokens);
    for (std::size_t task : {0, 1}) EXPECT_EQ(now.batches[task][0].examples, then.batches[task][0].examples);
  }
}

TEST_F(DrawsProbe, TheFitOnTrainingExamplesStaysWithTheTrainingSplit) {
  options_.fit = task::ProbeFit::train;
  auto const usual = draws(options_).at(3).probe->head.encoder.tokens;
  auto spec = data::testing::random_spec(9, 4);
  data::testing::write_shard(world_.directory / "probe.h5", spec);
  world_.tasks[0].probe = data::Dataset::open(world_.directory / "probe.h5", "dev");
  EXPECT_EQ(draws(options_).at(3).probe->head.encoder.tokens, usual);
}

TEST_F(DrawsProbe, AFractionIsAllThatIsDrawn) {
  world_.tasks[1].options.fraction = 0.3;
  choose_parts(world_.tasks, 0);
  EXPECT_FALSE(world_.tasks[0].part.has_value());
  EXPECT_EQ(world_.tasks[1].num_examples(), 15U);  // of 50
  EXPECT_EQ(trained(options_, 1).size(), 15U);
  EXPECT_EQ(trained(options_, 0).size(), 23U);
}

TEST_F(DrawsProbe, TasksOnTheSameExamplesShareTheirFraction) {
  world_.tasks[1].train = data::Dataset::open(world_.directory / "end.h5", "train");
  for (auto& task : world_.tasks) task.options.fraction = 0.4;
  choose_parts(world_.tasks, 0);
  EXPECT_EQ(world_.tasks[0].part->examples, world_.tasks[1].part->examples);
  world_.tasks[1].options.fraction_seed = 1;
  choose_parts(world_.tasks, 0);
  EXPECT_NE(world_.tasks[0].part->examples, world_.tasks[1].part->examples);
}

}  // namespace
}  // namespace tartan::train
