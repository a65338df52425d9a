// Alignments and weights of layers (weighting.per = layer, weighting.log_layers).
#include "toy_metric.hpp"
#include "toy_trainer.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

using weighting::Similarity;

model::LayerGroups groups_of(Trainer& trainer) { return model::layer_groups(trainer.model().parameters.layout()); }

Plan layered(Similarity similarity = Similarity::cosine, double rate = 0.5) {
  auto const groups = model::layer_groups(make_model({})->parameters.layout()).names;
  Plan plan{.weighting = weighting::make_layered(weighting::make_meta_tartan(3, rate, similarity), groups)};
  plan.rates.clip = 0;
  return plan;
}

Plan logged() {
  Plan plan;
  plan.options.log_layers = true;
  return plan;
}

//! Gradients of the tasks in the step that `trainer` takes next.
std::vector<at::Tensor> watch(Trainer& trainer, StepReport& report) {
  std::vector<at::Tensor> gradients;
  trainer.rule().observer = [&](std::size_t, at::Tensor const& g) { gradients.push_back(g.clone()); };
  report = trainer.run();
  trainer.rule().observer = {};
  return gradients;
}

//! Sum of a * b over one group.
double inner(model::LayerGroups const& groups, std::size_t group, at::Tensor const& a, at::Tensor const& b) {
  double sum = 0;
  for (auto const& s : groups.stretches)
    if (s.group == group)
      sum += at::dot(a.narrow(0, s.begin, s.end - s.begin), b.narrow(0, s.begin, s.end - s.begin)).item<double>();
  return sum;
}

//! `d` and gradients in the space in which dots and norms are plain.
void expect_groups(Trainer& trainer, StepReport const& report, std::vector<at::Tensor> const& g, at::Tensor const& d) {
  auto const groups = groups_of(trainer);
  ASSERT_EQ(report.alignments.groups.size(), 3U);
  std::vector<double> dots(g.size());
  for (std::size_t k = 0; k < 3; ++k) {
    auto const& found = report.alignments.groups[k];
    EXPECT_NEAR(found.probe_norm, std::sqrt(inner(groups, k, d, d)), 1e-12);
    for (std::size_t i = 0; i < g.size(); ++i) {
      EXPECT_NEAR(found.dot[i], inner(groups, k, g[i], d), 1e-12);
      EXPECT_NEAR(found.norm[i], std::sqrt(inner(groups, k, g[i], g[i])), 1e-12);
      dots[i] += found.dot[i];
    }
  }
  for (std::size_t i = 0; i < g.size(); ++i) EXPECT_NEAR(report.alignments.dot[i], dots[i], 1e-12);
}

TEST(StepLayers, LoggedAlignmentsAreThoseByHand) {
  Trainer trainer(logged());
  for (int step = 0; step < 2; ++step) {
    StepReport report;
    auto const gradients = watch(trainer, report);
    expect_groups(trainer, report, gradients, trainer.rule().direction());
    EXPECT_TRUE(report.group_weights.empty());
  }
}

TEST(StepLayers, LoggingChangesNoBit) {
  Trainer loud(logged()), quiet{Plan()};
  for (int step = 0; step < 5; ++step) {
    StepReport const a = loud.run(), b = quiet.run();
    EXPECT_EQ(a.alignments.dot, b.alignments.dot);
    EXPECT_TRUE(b.alignments.groups.empty());
  }
  EXPECT_TRUE(at::equal(loud.values(), quiet.values()));
  EXPECT_EQ(loud.weights(), quiet.weights());
}

TEST(StepLayers, EveryRuleThatLooksCanLogThem) {
  for (weighting::Weighting const& rule : std::vector<weighting::Weighting>{
           weighting::make_dga({0.2, 0.4, 0.4}, 0.1, Similarity::dot, 1),
           weighting::make_gcs({1, 1, 1}, weighting::Gate::threshold), weighting::make_gradnorm({1, 1, 1}, 0.01, 1)}) {
    Plan plan = logged();
    plan.weighting = rule;
    Trainer trainer(plan);
    StepReport report;
    auto const gradients = watch(trainer, report);
    expect_groups(trainer, report, gradients, gradients[0]);
  }
}

//! The weighted sum in each group, and behind the body by the mean.
at::Tensor by_hand(Trainer& trainer, StepReport const& report, std::vector<at::Tensor> const& g) {
  at::Tensor const sum = at::zeros_like(g[0]);
  auto const groups = groups_of(trainer);
  std::int64_t const body = trainer.model().parameters.layout().body_size(), rest = sum.numel() - body;
  for (std::size_t i = 0; i < g.size(); ++i) {
    for (auto const& s : groups.stretches)
      sum.narrow(0, s.begin, s.end - s.begin)
          .add_(g[i].narrow(0, s.begin, s.end - s.begin), report.group_weights[i][s.group]);
    sum.narrow(0, body, rest).add_(g[i].narrow(0, body, rest), report.weights[i]);
  }
  return sum;
}

TEST(StepLayers, EachGroupTakesItsOwnWeightsAndHeadsTheMean) {
  Trainer trainer(layered());
  trainer.run(5);
  StepReport report;
  auto const gradients = watch(trainer, report);
  EXPECT_NE(report.group_weights[1][0], report.group_weights[1][2]);
  EXPECT_LE(distance(trainer.combined(), by_hand(trainer, report, gradients)), 1e-13);
}

TEST(StepLayers, AlsoInStepsWithoutAlignments) {
  Plan plan = layered();
  plan.options.probe.every = 3;
  Trainer trainer(plan);
  trainer.run(4);
  StepReport report;
  auto const gradients = watch(trainer, report);
  EXPECT_FALSE(report.aligned);
  EXPECT_EQ(gradients.size(), 3U);
  EXPECT_NE(report.group_weights[1][0], report.group_weights[1][2]);
  EXPECT_LE(distance(trainer.combined(), by_hand(trainer, report, gradients)), 1e-13);
}

TEST(StepLayers, WeightsFollowTheCosinesOfTheirGroup) {
  Trainer trainer(layered());
  StepReport const report = trainer.run();
  auto const groups = report.alignments.groups;
  StepReport const next = trainer.run();
  for (std::size_t k = 0; k < 3; ++k) {
    auto const cosines = weighting::cosines(groups[k]);
    EXPECT_NEAR(std::log(next.group_weights[0][k] / next.group_weights[1][k]), 0.5 * (cosines[0] - cosines[1]), 1e-12);
  }
}

TEST(StepLayers, WhereNothingIsLearnedItIsOneWeight) {
  Trainer layers(layered(Similarity::cosine, 0));
  Plan plan{.weighting = weighting::make_meta_tartan(3, 0)};
  plan.rates.clip = 0;
  Trainer tasks(plan);
  layers.run(3);
  tasks.run(3);
  EXPECT_LE(distance(layers.values(), tasks.values()), 1e-12);
}

TEST(StepLayers, InAdamsMetricToo) {
  Trainer trainer(layered(Similarity::adam));
  trainer.run(2);
  std::int64_t const body = trainer.model().parameters.layout().body_size();
  at::Tensor const root = diagonal(trainer, 2).sqrt();
  StepReport report;
  auto gradients = watch(trainer, report);
  EXPECT_TRUE(report.metric);
  for (auto& g : gradients) g = g.narrow(0, 0, body) * root;
  auto const groups = groups_of(trainer);
  at::Tensor const d = trainer.rule().direction() / root;
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(weighting::cosines(report.alignments.groups[k])[i],
                  inner(groups, k, gradients[i], d) /
                      std::sqrt(inner(groups, k, gradients[i], gradients[i]) * inner(groups, k, d, d)),
                  1e-12);
}

}  // namespace
}  // namespace tartan::train::toy
