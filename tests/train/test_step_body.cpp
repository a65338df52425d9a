// weighting.body: over which parameters norms and dots are taken.
#include "toy_trainer.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

Plan over(Body body, Plan plan = {}) {
  plan.options.body = body;
  return plan;
}

//! Norms of each task's gradient over the first `size` parameters, of one step.
std::vector<double> norms_over(Trainer& trainer, std::int64_t size, StepReport& report) {
  std::vector<double> norms;
  trainer.rule().observer = [&](std::size_t, at::Tensor const& gradient) {
    norms.push_back(gradient.narrow(0, 0, size).norm().item<double>());
  };
  report = trainer.run();
  return norms;
}

TEST(StepBody, OnlyTheNormsOfMlmTasksDiffer) {
  Trainer encoder(over(Body::encoder)), both(over(Body::encoder_and_mlm_head));
  auto const& layout = both.model().parameters.layout();
  StepReport narrow, wide;
  auto const short_norms = norms_over(encoder, layout.body_size(), narrow);
  auto const long_norms = norms_over(both, layout.size_with_mlm_head(), wide);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(narrow.alignments.norm[i], short_norms[i], 1e-12);
    EXPECT_NEAR(wide.alignments.norm[i], long_norms[i], 1e-12);
    EXPECT_NEAR(wide.alignments.dot[i], narrow.alignments.dot[i], 1e-12);
  }
  EXPECT_NEAR(wide.alignments.probe_norm, narrow.alignments.probe_norm, 1e-12);
  std::size_t const text = both.index("text"), other = both.index("other");
  EXPECT_GT(wide.alignments.norm[text], 1.001 * narrow.alignments.norm[text]);
  EXPECT_NEAR(wide.alignments.norm[other], narrow.alignments.norm[other], 1e-12);
  EXPECT_TRUE(at::equal(both.combined(), encoder.combined()));
  EXPECT_LT(std::abs(weighting::cosines(wide.alignments)[text]), std::abs(weighting::cosines(narrow.alignments)[text]));
}

TEST(StepBody, AnAwaitedDirectionIsAsLongAsItsBody) {
  for (Body const body : {Body::encoder, Body::encoder_and_mlm_head}) {
    Plan plan = over(body);
    plan.options.probe.stale = true;
    Trainer trainer(plan);
    trainer.run();
    auto const& layout = trainer.model().parameters.layout();
    at::Tensor const direction = trainer.rule().awaited_direction();
    EXPECT_EQ(direction.numel(), body_size(layout, body));
    EXPECT_EQ(direction.slice(0, layout.body_size()).abs().sum().item<double>(), 0);
    EXPECT_TRUE(trainer.run().aligned);
  }
}

//! A task that the gate shuts out still trains its own head.
TEST(StepBody, GcsGatesTheEncoderAlone) {
  Plan plan = over(Body::encoder_and_mlm_head, {.weighting = weighting::make_gcs({1, 1, 1}, weighting::Gate::cosine)});
  Trainer trainer(plan);
  at::Tensor text;
  std::size_t const task = trainer.index("text");
  trainer.rule().observer = [&](std::size_t i, at::Tensor const& gradient) {
    if (i == task) text = gradient.clone();
  };
  StepReport const report = trainer.run();
  auto const& layout = trainer.model().parameters.layout();
  std::int64_t const begin = layout.body_size(), length = layout.size_with_mlm_head() - begin;
  at::Tensor const head = trainer.combined().narrow(0, begin, length), expected = text.narrow(0, begin, length);
  EXPECT_LT(report.weights[task], 0.9);  // so that a gated head would be told
  double const clipped = head.norm().item<double>() / expected.norm().item<double>();
  EXPECT_NEAR(clipped, std::min(1.0, 1 / (report.body_norm + 1e-6)), 1e-9);
}

}  // namespace
}  // namespace tartan::train::toy
