#include "model/close.hpp"
#include "task_model.hpp"

#include <tartan/task/probe.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::task {
namespace {

using namespace tartan::testing;

class ProbeTest : public ::testing::Test, protected TaskModel {
 protected:
  static void start(model::ParameterSet& head, std::string const& name) {
    for (auto const& p : head.layout().parameters()) {
      if (!p.name.starts_with(name + ".")) continue;
      at::NoGradGuard no_grad;
      head.at(p.name).copy_(at::arange(p.count, at::kDouble).sin().view(p.shape) * 0.3);
    }
  }

  ProbeReport run(ProbeOptions const& options, bool dropout = false) {
    return Probe(*model, *objective, options).compute(head_batch_, gradient_batch_, start, dropout, direction_);
  }

  data::PackedBatch head_batch_ = labelled_batch({7, 3, 20, 1, 9, 12}, *objective),
                    gradient_batch_ = labelled_batch({30, 2, 8}, *objective, 2);
  at::Tensor direction_ = at::full({model->parameters.layout().body_size()}, 7, at::kDouble);
};

TEST_F(ProbeTest, WithoutIterationsIsTheGradientThroughTheStartingHead) {
  ProbeOptions options;
  options.iterations = 0;
  ProbeReport const report = run(options, true);
  EXPECT_TRUE(report.head_losses.empty());
  start(model->parameters, "acl");
  at::Tensor const gradient = at::zeros_like(model->parameters.values());
  model->parameters.bind_gradients(gradient);
  at::Tensor const loss = forward_loss(*objective, place(true), gradient_batch_) / 3;
  torch::autograd::backward({loss}, {});
  EXPECT_NEAR(report.dev_loss, loss.item<double>(), 1e-12);
  expect_close(direction_, gradient.narrow(0, 0, direction_.size(0)), 1e-12, "direction");
}

TEST_F(ProbeTest, FitsTheHeadAndForgetsIt) {
  ProbeOptions options;
  options.tolerance = 0;
  options.head_lr = 0.02;
  at::Tensor const values = model->parameters.values().clone();
  ProbeReport const report = run(options);
  EXPECT_TRUE(at::equal(model->parameters.values(), values));
  ASSERT_EQ(report.head_losses.size(), 10U);
  EXPECT_LT(report.head_losses.back(), report.head_losses.front());
  at::Tensor const direction = direction_.clone();
  ProbeReport const again = run(options);
  EXPECT_EQ(again.head_losses, report.head_losses);
  EXPECT_TRUE(at::equal(direction_, direction));
}

TEST_F(ProbeTest, StopsAfterTheUpdateThatMovedLittle) {
  ProbeOptions options;
  options.tolerance = 1e9;
  EXPECT_EQ(run(options).head_losses.size(), 2U);  // the first loss is compared with 1e10
}

TEST_F(ProbeTest, EveryIterationDrawsItsOwnDropout) {
  ProbeOptions options;
  options.tolerance = 0;
  options.head_lr = 0;
  auto const fixed = run(options, false).head_losses, drawn = run(options, true).head_losses;
  for (std::size_t i = 1; i < fixed.size(); ++i) {
    EXPECT_EQ(fixed[i], fixed[0]);
    EXPECT_NE(drawn[i], drawn[i - 1]);
  }
}

}  // namespace
}  // namespace tartan::task
