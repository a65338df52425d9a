#include "toy.hpp"

#include <tartan/train/fresh_gradient.hpp>

#include <cstdio>
#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

constexpr std::int64_t repetitions = 40;  // a random encoder has little to say of topics

using Draw = std::function<Examples(Key, std::uint64_t)>;

FreshTask task_of(Key key, task::Objective const& objective, bool own_head, Draw const& draw) {
  auto const examples = [=](std::int64_t repetition) {
    Key const own = key.with(static_cast<std::uint64_t>(repetition));
    return ProbeInputs{pack(draw(own.with("head"), 24)), pack(draw(own.with("gradient"), 64))};
  };
  auto const start = [=](std::int64_t repetition) {
    return [=](model::ParameterSet& head, std::string const& name) {
      model::initialize_head(head, name, classification().head(config()),
                             key.with("start").with(static_cast<std::uint64_t>(repetition)));
    };
  };
  return {&objective, own_head, examples, start};
}

FreshTask labels(char const* key, Labels kind) {
  return task_of(Key(1).with(key), classification(), true,
                 [=](Key k, std::uint64_t count) { return labelled(k, count, kind); });
}
FreshTask text(char const* key) { return task_of(Key(1).with(key), mlm(), false, masked); }

class RankTest : public ::testing::Test {
 protected:
  RankTest() { options_.head_lr = 0.03; }
  GradientDraw gradient(FreshTask const& task, bool dropout = true) {
    return fresh_gradient(*model_, task, options_, dropout);
  }
  Comparer comparer() {
    return Comparer(gradient(labels("dev", Labels::topic)), repetitions,
                    model_->parameters.values().narrow(0, 0, model_->parameters.layout().body_size()));
  }

  std::unique_ptr<model::Model> model_ = make_model({});
  task::ProbeOptions options_;
};

TEST_F(RankTest, ACopyOfTheEndTaskComesFirstAndItsOppositeLast) {
  Comparer c = comparer();
  auto const copy = gradient(labels("copy", Labels::topic));
  Comparison const same = c.compare(copy), shuffled = c.compare(gradient(labels("shuffled", Labels::shuffled))),
                   opposed = c.compare([&](std::int64_t repetition, at::Tensor const&g) {
                     copy(repetition, g);
                     g.neg_();
                   });
  std::printf("copy %.3f (%.3f to %.3f), shuffled %.3f (%.3f to %.3f), opposed %.3f\n", same.cosine.mean,
              same.cosine.low, same.cosine.high, shuffled.cosine.mean, shuffled.cosine.low, shuffled.cosine.high,
              opposed.cosine.mean);
  EXPECT_GT(same.cosine.low, std::max(shuffled.cosine.mean, 0.0));
  EXPECT_LT(opposed.cosine.high, std::min(shuffled.cosine.mean, 0.0));
  EXPECT_LT(same.denoised_cosine.value().low, 1);  // it is the same task
  EXPECT_GT(same.denoised_cosine.value().high, 1);
}

TEST_F(RankTest, TheModelStaysAsItIs) {
  at::Tensor const before = model_->parameters.values().clone();
  comparer().compare(gradient(text("text")));
  EXPECT_TRUE(at::equal(before, model_->parameters.values()));
}

TEST_F(RankTest, AGradientIsThatOfTheMeanLoss) {
  FreshTask const task = text("text");
  data::PackedBatch const batch = task.examples(2).gradient;
  at::Tensor const g = at::zeros({model_->parameters.layout().body_size()}, at::kDouble);
  at::Tensor const random = at::randn_like(g), d = random / random.norm();
  gradient(task, false)(2, g);
  at::Tensor const body = model_->parameters.values().narrow(0, 0, g.numel()), start = body.clone();
  auto const loss_at = [&](double step) {
    at::NoGradGuard no_grad;
    body.copy_(start + step * d);
    task::HeadPlace const place{model_->encoder, model_->parameters, model_->parameters, "", false};
    return task::forward_loss(mlm(), place, batch).item<double>() / static_cast<double>(batch.targets.size());
  };
  double const slope = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5;
  EXPECT_NEAR(slope, g.dot(d).item<double>(), 1e-7);
}

TEST_F(RankTest, EachRepetitionFitsAHeadOfItsOwn) {
  FreshTask task = labels("copy", Labels::topic);
  int starts = 0;
  auto const start = task.head_start;
  task.head_start = [&](std::int64_t repetition) {
    ++starts;
    return start(repetition);
  };
  comparer().compare(gradient(task));
  EXPECT_EQ(starts, repetitions);
}

}  // namespace
}  // namespace tartan::train::toy
