// CHECKS 5: the dev loss moves as the products of gradients say, where moves are small.
#include "toy_trainer.hpp"

#include <tartan/train/look_ahead.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <cstdio>
#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

constexpr std::uint64_t steps = 12;

Key step_key(std::uint64_t step) { return Key(21).with(step); }

class LookAheadTest : public ::testing::Test {
 protected:
  LookAheadTest() {
    Heads heads;
    for (auto const& task : three_tasks()) {
      tasks_.push_back({task.name, task.objective, task.head});
      if (!task.head.empty()) heads.emplace_back(task.head, task.objective->head(config()));
    }
    model_ = make_model(heads);
    options_.probe.head_lr = 0.03;
  }

  static StepInputs inputs(std::uint64_t step) {
    Key const key = step_key(step);
    StepInputs result;
    for (auto const& task : three_tasks()) {
      Examples const all = task.draw(key);
      result.batches.push_back({pack(all, 0, all.size(), 2), pack(all, 1, all.size(), 2)});  // two micro-batches
    }
    result.probe = {pack(labelled(key.with("head"), 12)), pack(labelled(key.with("gradient"), 24))};
    return result;
  }

  static task::Probe::HeadStart head_start(std::uint64_t step) {
    return [=](model::ParameterSet& head, std::string const& name) {
      model::initialize_head(head, name, classification().head(config()), step_key(step));
    };
  }

  SecondMoments moments() {
    std::vector<StepInputs> before;
    for (std::uint64_t step = 0; step < 5; ++step) before.push_back(inputs(100 + step));
    return second_moments_at(*model_, tasks_, before, options_);
  }

  std::vector<LookedAhead> looked(std::size_t task) {
    LookAhead ahead(*model_, tasks_, tasks_.front(), options_, moments());
    std::vector<LookedAhead> result;
    for (std::uint64_t step = 0; step < steps; ++step)
      result.push_back(ahead.step(inputs(step), {}, head_start(step))[task]);
    return result;
  }

  std::vector<Change> all(Change LookedAhead::*what) {
    LookAhead ahead(*model_, tasks_, tasks_.front(), options_, moments());
    std::vector<Change> result;
    for (std::uint64_t step = 0; step < steps; ++step)
      for (auto const& task : ahead.step(inputs(step), {}, head_start(step))) result.push_back(task.*what);
    return result;
  }

  std::unique_ptr<model::Model> model_;
  std::vector<StepTask> tasks_;
  LookAheadOptions options_;
};

TEST_F(LookAheadTest, ThePlainMoveIsForetold) {
  auto const usual = all(&LookedAhead::plain);
  options_.share = 1e-5;
  auto const small = all(&LookedAhead::plain);
  std::printf("R2 of plain moves: %.6f, of small ones %.9f; wrong signs %.3f\n", r_squared(usual), r_squared(small),
              sign_errors(usual));
  EXPECT_GT(r_squared(usual), 0.95);
  EXPECT_GT(r_squared(small), 0.9999);
}

TEST_F(LookAheadTest, AdamWsMoveIsForetoldByThePreconditionedProduct) {
  options_.share = 1e-5;
  auto const products = all(&LookedAhead::adam), plain = all(&LookedAhead::plain_for_adam);
  std::printf("AdamW's moves: R2 %.6f, wrong signs %.3f, of the plain product %.3f\n", r_squared(products),
              sign_errors(products), sign_errors(plain));
  EXPECT_GT(r_squared(products), 0.9999);
  EXPECT_LE(sign_errors(products), sign_errors(plain));
}

TEST_F(LookAheadTest, ALargeMoveIsNot) {
  options_.lr = 300;
  EXPECT_LT(r_squared(all(&LookedAhead::plain)), 0.5);
}

TEST_F(LookAheadTest, MovesAreAsLongAsTheyShallBe) {
  for (auto const& step : looked(1)) {
    EXPECT_GT(step.length, 0);
    // straight down the dev gradient such a move takes share x dev loss away; any other one at most that
    EXPECT_LE(std::abs(step.plain.predicted), 1e-3 * 3);
  }
  options_.lr = 0.25;
  for (auto const& step : looked(1)) EXPECT_EQ(step.lr, 0.25);
}

TEST_F(LookAheadTest, EveryParameterComesBackBitByBit) {
  at::Tensor const before = model_->parameters.values().clone();
  all(&LookedAhead::plain);
  EXPECT_TRUE(at::equal(before, model_->parameters.values()));
}

TEST_F(LookAheadTest, ATaskWithoutTargetsMovesNothing) {
  StepInputs starved = inputs(0);
  for (auto& batch : starved.batches[1]) batch = data::PackedBatch();
  LookAhead ahead(*model_, tasks_, tasks_.front(), options_, moments());
  auto const found = ahead.step(starved, {}, head_start(0));
  EXPECT_EQ(found[1].lr, 0);
  EXPECT_EQ(found[1].plain.measured, 0);
  EXPECT_NE(found[0].plain.measured, 0);
}

//! A step of AdamW itself, from moments that another one has left, without first moment and decay.
TEST_F(LookAheadTest, ItsDirectionIsAdamWs) {
  options_.adamw.beta1 = 0;  // no momentum
  optim::AdamW optimizer(model_->parameters, options_.adamw);
  auto const& segments = model_->parameters.layout().segments();
  auto const step_body = [&](at::Tensor const& gradient, double lr) {
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (segments[i].owner == model::Owner::encoder) optimizer.step(i, gradient, lr, 0);
  };
  auto const gradient = [&](std::uint64_t step) {
    at::Tensor const g = at::zeros_like(model_->parameters.values());
    model_->parameters.bind_gradients(g);
    data::PackedBatch const batch = pack(three_tasks()[1].draw(step_key(step)));
    task::HeadPlace const place{model_->encoder, model_->parameters, model_->parameters, "", true};
    torch::autograd::backward({task::forward_loss(mlm(), place, batch) / static_cast<double>(batch.targets.size())},
                              {});
    return g;
  };
  step_body(gradient(7), 0);
  SecondMoments moments{optimizer.second_moment().narrow(0, 0, model_->parameters.layout().body_size()).clone(), {}};
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (segments[i].owner == model::Owner::encoder) moments.steps.push_back(1);

  options_.lr = 1e-4;
  StepInputs in = inputs(0);
  in.batches[1] = {pack(three_tasks()[1].draw(step_key(8)))};
  LookAhead ahead(*model_, tasks_, tasks_.front(), options_, moments);
  LookedAhead const found = ahead.step(in, {}, head_start(0))[1];

  task::Probe probe(*model_, classification(), options_.probe);
  at::Tensor const direction = at::zeros_like(moments.values);
  probe.compute(in.probe->head, in.probe->gradient, head_start(0), false, direction);
  double const before = probe.loss(in.probe->gradient);
  step_body(gradient(8), options_.lr);
  EXPECT_NEAR(found.adam.measured, probe.loss(in.probe->gradient) - before, 1e-12);
}

}  // namespace
}  // namespace tartan::train::toy
