// What is looked at where: on rank 0, or on each rank and averaged.
#include "mpi_step.hpp"
#include "toy_metric.hpp"

namespace tartan::train::toy {
namespace {

double cosine(at::Tensor const& a, at::Tensor const& b) {
  return (at::dot(a, b) / (a.norm() * b.norm())).item<double>();
}

//! Tasks of which some ranks have no example.
Plan averaged() {
  Plan plan{.tasks = {labelled_task("end", 16), masked_task("text", 3), labelled_task("other", 1)}};
  plan.options.placement = Placement::mean;
  plan.rates.clip = 0;
  return plan;
}

TEST(Step, PlacementMeanIsTheAverageByHandOfTheRanksThatHaveExamples) {
  Trainer ranks(on_ranks(averaged()));
  for (int step = 0; step < 3; ++step) {
    std::vector<at::Tensor> own;
    ranks.rule().observer = [&](std::size_t, at::Tensor const& g) { own.push_back(g.clone()); };
    StepReport const report = ranks.run();
    at::Tensor const d = ranks.rule().direction();
    expect_same_on_every_rank(d);
    auto const found = weighting::cosines(report.alignments);
    at::Tensor part = at::zeros_like(d);
    for (std::size_t i = 0; i < own.size(); ++i) {
      at::Tensor const g = own[i].narrow(0, 0, d.numel());
      bool const has = g.abs().max().item<double>() > 0;
      double const sum = over_ranks(has ? cosine(g, d) : 0), count = over_ranks(has ? 1 : 0);
      EXPECT_NEAR(found[i], sum / count, 1e-12);
      EXPECT_NEAR(report.alignments.dot[i], over_ranks(at::dot(g, d).item<double>()), 1e-12);
      part += report.weights[i] * g;
    }
    EXPECT_NEAR(*report.combined_cosine, cosine(ranks.combined().narrow(0, 0, d.numel()), d), 1e-12);
    EXPECT_NEAR(*report.combined_cosine_local, over_ranks(cosine(part, d)) / world->size(), 1e-12);
  }
  expect_same_on_every_rank(ranks.values());
  expect_same_on_every_rank(at::tensor(ranks.weights(), at::kDouble));
}

TEST(Step, PlacementMeanTrainsByTheSameGradientAsExact) {
  Plan plan = averaged();
  Trainer one(plan), ranks(on_ranks(plan));
  one.run();
  ranks.run();
  EXPECT_LE(distance(ranks.combined(), one.combined()), 1e-12);
}

TEST(Step, PlacementMeanAveragesInAdamsMetricToo) {
  Plan plan = averaged();
  plan.weighting = weighting::make_meta_tartan(3, 0.5, weighting::Similarity::adam);
  Trainer ranks(on_ranks(plan));
  ranks.run(2);
  at::Tensor const p = diagonal(ranks, 2);
  std::vector<at::Tensor> own;
  ranks.rule().observer = [&](std::size_t, at::Tensor const& g) { own.push_back(g.narrow(0, 0, p.numel()).clone()); };
  StepReport const report = ranks.run();
  EXPECT_TRUE(report.metric);
  at::Tensor const root = p.sqrt(), d = ranks.rule().direction() / root;  // in plain space
  for (std::size_t i = 0; i < own.size(); ++i) {
    bool const has = own[i].abs().max().item<double>() > 0;
    double const sum = over_ranks(has ? cosine(own[i] * root, d) : 0), count = over_ranks(has ? 1 : 0);
    EXPECT_NEAR(weighting::cosines(report.alignments)[i], sum / count, 1e-12);
  }
  at::Tensor const combined = ranks.combined().narrow(0, 0, p.numel());
  EXPECT_NEAR(*report.combined_cosine, cosine(combined * root, d), 1e-12);
  expect_same_on_every_rank(ranks.values());
}

//! Of the end task alone, whose gradient agrees with the dev gradient through its own head; nothing moves.
TEST(Step, LocalCosinesAreSmallerThanTheWhole) {
  for (Placement const placement : {Placement::rank0, Placement::mean}) {
    Plan plan{.tasks = {labelled_task("end", 32)}, .rates = {.body_lr = 0, .head_lr = 0}};
    plan.options.placement = placement;
    plan.options.probe.head = task::ProbeHead::training;
    Trainer ranks(on_ranks(plan));
    double whole = 0, local = 0;
    for (int step = 0; step < 20; ++step) {
      StepReport const report = ranks.run();
      whole += *report.combined_cosine / 20;
      local += *report.combined_cosine_local / 20;
    }
    EXPECT_GT(whole, local);
    EXPECT_GT(whole, 0);
  }
}

TEST(Step, ExactCosinesAreNotAttenuated) { EXPECT_FALSE(Trainer(on_ranks({})).run().combined_cosine.has_value()); }

TEST(Step, PlacementMeanAveragesWithinLayers) {
  Trainer ranks(on_ranks(layered(averaged(), weighting::Similarity::cosine)));
  ranks.run(2);
  std::vector<at::Tensor> own;
  ranks.rule().observer = [&](std::size_t, at::Tensor const& g) { own.push_back(g.clone()); };
  StepReport const report = ranks.run();
  auto const& stretches = model::layer_groups(ranks.model().parameters.layout()).stretches;
  for (std::size_t group = 0; group < 3; ++group) {
    std::vector<at::Tensor> parts;
    auto const cut = [&](at::Tensor const& flat) {
      parts.clear();
      for (auto const& s : stretches)
        if (s.group == group) parts.push_back(flat.narrow(0, s.begin, s.end - s.begin));
      return at::cat(parts);
    };
    at::Tensor const d = cut(ranks.rule().direction());
    for (std::size_t i = 0; i < 3; ++i) {
      at::Tensor const g = cut(own[i]);
      bool const has = own[i].abs().max().item<double>() > 0;
      double const sum = over_ranks(has ? cosine(g, d) : 0), count = over_ranks(has ? 1 : 0);
      EXPECT_NEAR(weighting::cosines(report.alignments.groups[group])[i], sum / count, 1e-12);
    }
  }
  expect_same_on_every_rank(ranks.values());
}

//! Rank 0's own examples of a task, as a task of one rank.
Task share_of_rank0(Task task) {
  task.draw = [draw = task.draw](Key key) {
    Examples all = draw(key);
    all.resize(static_cast<std::size_t>(share_of(static_cast<std::int64_t>(all.size()), 0, world->size()).second));
    return all;
  };
  return task;
}

TEST(Step, PlacementRank0LooksAtRank0sExamplesOnly) {
  Plan whole{.tasks = with_some_for_rank0()};
  whole.options.placement = Placement::rank0;
  Plan alone = whole;
  for (Task& task : alone.tasks) task = share_of_rank0(task);
  Trainer ranks(on_ranks(whole)), rank0(alone), one(whole);
  auto const cosines = weighting::cosines(ranks.run().alignments), mine = weighting::cosines(rank0.run().alignments);
  one.run();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(cosines[i], mine[i], 1e-12);
  EXPECT_LE(distance(ranks.combined(), one.combined()), 1e-12);
  ranks.run(10);
  expect_same_on_every_rank(ranks.values());
}

TEST(Step, OtherRulesAgreeOnEveryRankWherePlacementIsRank0) {
  for (auto const& rule : other_rules()) {
    Plan plan{.tasks = with_some_for_rank0(), .weighting = rule};
    plan.options.placement = Placement::rank0;
    Trainer ranks(on_ranks(plan));
    for (bool const present : ranks.run(20).alignments.present) EXPECT_TRUE(present);
    expect_same_on_every_rank(ranks.values());
    expect_same_on_every_rank(at::tensor(ranks.weights(), at::kDouble));
  }
}

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
