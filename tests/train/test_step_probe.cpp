#include "toy_trainer.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

struct ProbeBench {
  std::unique_ptr<model::Model> model = make_model({{"end", classification().head(config())}});
  task::Probe probe;
  at::Tensor direction = at::zeros({model->parameters.layout().body_size()}, at::kDouble);

  explicit ProbeBench(std::int64_t iterations = 10) : probe(*model, classification(), options(iterations)) {}

  static task::ProbeOptions options(std::int64_t iterations) {
    task::ProbeOptions options;
    options.iterations = iterations;
    return options;
  }

  task::ProbeReport compute(std::uint64_t head_seed) {
    auto const start = [&](model::ParameterSet& p, std::string const& name) {
      model::initialize_head(p, name, classification().head(config()), Key(head_seed));
    };
    return probe.compute(pack(labelled(Key(1), 12)), pack(labelled(Key(2), 24)), start, true, direction);
  }
};

TEST(StepProbe, LeavesEveryParameterAsItWas) {
  ProbeBench bench;
  at::Tensor const before = bench.model->parameters.values().clone();
  bench.compute(1);
  EXPECT_TRUE(at::equal(before, bench.model->parameters.values()));
  EXPECT_GT(bench.direction.norm().item<double>(), 1e-3);
}

TEST(StepProbe, ForgetsTheHeadAndItsMoments) {
  ProbeBench bench;
  auto const first = bench.compute(1);
  at::Tensor const direction = bench.direction.clone();
  EXPECT_NE(bench.compute(2).head_losses, first.head_losses);
  EXPECT_EQ(bench.compute(1).head_losses, first.head_losses);
  EXPECT_TRUE(at::equal(bench.direction, direction));
}

TEST(StepProbe, DirectionIsTheGradientOfTheDevLoss) {
  ProbeBench bench(0);  // the head stays at its start, else it would move with the body
  bench.compute(1);
  at::Tensor const body = bench.model->parameters.values().narrow(0, 0, bench.direction.numel());
  at::Tensor const start = body.clone();
  double const slope = bench.direction.norm().item<double>(), h = 1e-5;
  at::Tensor const step = bench.direction * (h / slope);
  body.copy_(start + step);
  double const above = bench.compute(1).dev_loss;
  body.copy_(start - step);
  double const below = bench.compute(1).dev_loss;
  EXPECT_NEAR((above - below) / (2 * h), slope, 1e-7 * slope);
}

TEST(StepProbe, NoDevExampleReachesATrainingLoss) {
  Trainer one({.dev_key = Key(21)}), another({.dev_key = Key(22)});
  StepReport const a = one.run(), b = another.run();
  EXPECT_NE(a.alignments.dot, b.alignments.dot);
  EXPECT_NE(one.weights(), another.weights());
  EXPECT_EQ(a.losses, b.losses);
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_TRUE(at::equal(one.combined(), another.combined()));
  EXPECT_TRUE(at::equal(one.values(), another.values()));
}

}  // namespace
}  // namespace tartan::train::toy
