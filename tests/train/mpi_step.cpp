#include "mpi_main.hpp"
#include "toy_kinds.hpp"
#include "toy_metric.hpp"
#include "toy_texts.hpp"

#include <torch/csrc/autograd/autograd.h>

namespace tartan::train::toy {
namespace {

comm::Communicator* world = nullptr;

Plan on_ranks(Plan plan) {
  plan.comm = world;
  return plan;
}

StepOptions one_by_one() {
  StepOptions options;
  options.fuse = false;
  return options;
}

//! Sum over ranks.
double over_ranks(double value) {
  world->all_reduce(&value, 1, comm::Type::float64).wait();
  return value;
}

void expect_same_on_every_rank(at::Tensor const& values) {
  at::Tensor const first = values.clone();
  world->broadcast(first.data_ptr(), static_cast<std::size_t>(first.numel()), comm::Type::float64, 0).wait();
  EXPECT_TRUE(at::equal(values, first));
}

void expect_as_on_one_rank(Plan const& plan) {
  Trainer one(plan), ranks(on_ranks(plan));
  for (int step = 0; step < 20; ++step) {
    StepReport const a = one.run(), b = ranks.run();
    for (std::size_t i = 0; i < a.losses.size(); ++i) EXPECT_NEAR(a.losses[i], b.losses[i], 1e-10);
    EXPECT_EQ(a.tokens, b.tokens);
  }
  EXPECT_LE(distance(one.values(), ranks.values()), 1e-10);
  expect_same_on_every_rank(ranks.values());
}

TEST(Step, FusedTasksTrainAsOnOneRank) { expect_as_on_one_rank(fixed({})); }
TEST(Step, TasksOneByOneTrainAsOnOneRank) { expect_as_on_one_rank(fixed({.options = one_by_one()})); }
TEST(Step, LearnedWeightsTrainAsOnOneRank) { expect_as_on_one_rank({}); }
TEST(Step, MicroBatchesTrainAsOnOneRank) { expect_as_on_one_rank({.micro_batches = 2}); }

TEST(Step, ATaskMayBeEmptyOnSomeRanks) {
  std::vector<Task> const tasks = {labelled_task("end", 8), masked_task("text", 1), labelled_task("other", 1)};
  expect_as_on_one_rank({.tasks = tasks});
  expect_as_on_one_rank(fixed({.tasks = tasks}));
}

TEST(Step, ATaskMayBeEmptyOnAllRanks) {
  std::vector<Task> const tasks = {labelled_task("end", 8), without_examples(masked_task("text", 1)),
                                   without_examples(labelled_task("other", 1))};
  expect_as_on_one_rank({.tasks = tasks});
  expect_as_on_one_rank(fixed({.tasks = tasks}));
}

//! Examples in one of `parts` steps.
Task now_and_then(Task task, std::uint64_t parts, std::uint64_t part) {
  return {task.name, task.head, task.objective,
          [=](Key key) { return key.value() % parts == part ? task.draw(key) : Examples(); }};
}

// Every kind of loss, own heads and a shared one; of some tasks only some ranks, or none, have examples
Plan mixed_plan() {
  using task::ObjectiveKind;
  static auto const noised = task::make_objective({.kind = task::ObjectiveKind::classification,
                                                   .outputs = classes,
                                                   .loss_scale = task::LossScale::uniform,
                                                   .r3f = {.weight = 1, .noise = {0.1, false}}});
  Task shared = labelled_task("second", 3), other = labelled_task("third", 8);
  shared.head = other.head = "shared";
  other.objective = noised.get();
  Plan plan = fixed(
      {.tasks = {labelled_task("end", 1), shared, other, now_and_then(labelled_task("fourth", 5), 2, 0),
                 now_and_then(masked_task("text", 2), 3, 1), kind_task("choice", ObjectiveKind::choice, 3),
                 kind_task("values", ObjectiveKind::regression, 1), kind_task("answers", ObjectiveKind::span, 2)}});
  plan.weighs_by_examples = true;
  return plan;
}

TEST(muppet, MixedStepsTrainAsOnOneRank) {
  expect_as_on_one_rank(mixed_plan());
  Plan parts = mixed_plan(), one_by_one_plan = mixed_plan();
  parts.micro_batches = 2;
  expect_as_on_one_rank(parts);
  one_by_one_plan.options.fuse = false;
  expect_as_on_one_rank(one_by_one_plan);
}

//! Of a mixed step that holds all sub-batches itself: each task's mean loss, forward and backward by itself.
at::Tensor gradient_by_hand(Plan const& plan, model::Model& model) {
  at::Tensor const sum = at::zeros_like(model.parameters.values());
  model.parameters.bind_gradients(sum);
  for (auto const& task : plan.tasks) {
    Examples const all = task.draw(Trainer::step_key(0));
    if (all.empty()) continue;
    data::PackedBatch const batch = pack(all);
    task::HeadPlace const place{model.encoder, model.parameters, model.parameters, task.head, true};
    double const share = weight_by_examples(all) / static_cast<double>(batch.num_targets());
    torch::autograd::backward({share * forward_loss(*task.objective, place, batch)}, {});
  }
  return sum;
}

//! By TRAPS.md's rule, parameter by parameter: elements that are 0 but for rounding say nothing.
void expect_same_gradient(model::Layout const& layout, at::Tensor const& flat, at::Tensor const& expected) {
  for (auto const& p : layout.parameters()) {
    at::Tensor const a = model::ParameterSet::stretch(flat, p.offset, p.shape);
    at::Tensor const b = model::ParameterSet::stretch(expected, p.offset, p.shape);
    EXPECT_LE(distance(a, b), 1e-12 * b.abs().max().item<double>() + 1e-12) << p.name;
  }
}

bool has_examples_here(Task const& task) {
  return own_batches(task.draw(Trainer::step_key(0)), *world, 1)[0].num_examples() > 0;
}

//! Of the first step's tasks, how many have examples on some ranks only.
int tasks_of_some_ranks(Plan const& plan) {
  int result = 0;
  for (auto const& task : plan.tasks) {
    double const ranks = over_ranks(has_examples_here(task) ? 1 : 0);
    result += ranks > 0 && ranks < world->size();
  }
  return result;
}

TEST(muppet, TheGradientOfAMixedStepIsThatOfOneProcessWithAllSubBatches) {
  Plan packed = mixed_plan(), one_by_one_plan = mixed_plan(), parts = mixed_plan();
  one_by_one_plan.options.fuse = false;
  parts.micro_batches = 2;
  EXPECT_GT(tasks_of_some_ranks(packed), 2);
  for (Plan plan : {packed, one_by_one_plan, parts}) {
    plan.rates.clip = 0;
    Trainer one(plan), ranks(on_ranks(plan));
    auto const& layout = one.model().parameters.layout();
    at::Tensor const expected = gradient_by_hand(plan, one.model());
    one.run();
    ranks.run();
    expect_same_gradient(layout, one.combined(), expected);
    expect_same_gradient(layout, ranks.combined(), expected);
  }
}

TEST(muppet, OnePackedForwardIsTheTasksOneByOne) {
  Plan plan = mixed_plan();
  Trainer packed(on_ranks(plan));
  plan.options.fuse = false;
  Trainer one_by_one(on_ranks(plan));
  packed.run(10);
  one_by_one.run(10);
  EXPECT_LE(distance(packed.values(), one_by_one.values()), 1e-10);
}

TEST(muppet, AHeadThatNoTaskUsesStaysAsItIs) {
  Plan const plan = mixed_plan();
  Trainer ranks(on_ranks(plan));
  int still = 0, moved = 0;
  for (int step = 0; step < 12; ++step) {
    at::Tensor const before = ranks.value("fourth.out.weight").clone();
    double const count = ranks.run().counts[3];
    bool const same = at::equal(before, ranks.value("fourth.out.weight"));
    EXPECT_EQ(same, count == 0);
    (same ? still : moved) += 1;
  }
  EXPECT_GT(still, 2);
  EXPECT_GT(moved, 2);
}

// Of one text, and on more ranks of three, some ranks have none and yet join
TEST(Texts, TrainAsOnOneRank) {
  for (std::uint64_t const examples : {1, 3, 9}) {
    Plan const plan{.tasks = tasks_of_texts(examples)};
    expect_as_on_one_rank(plan);
    expect_as_on_one_rank(fixed(plan));
    expect_as_on_one_rank(fixed({.tasks = plan.tasks, .options = one_by_one()}));
  }
}

TEST(Texts, MicroBatchesTrainAsOnOneRank) {
  for (LossMean const mean : {LossMean::batch, LossMean::micro_batches}) {
    Plan plan{.tasks = tasks_of_texts(2), .micro_batches = 3};  // the third has no text
    plan.options.loss_mean = mean;
    expect_as_on_one_rank(plan);
    expect_as_on_one_rank(fixed(plan));
  }
}

TEST(Texts, TheyMayComeNowAndThen) {
  Plan plan{.tasks = tasks_of_texts()};
  for (std::size_t i = 1; i < plan.tasks.size(); ++i) plan.tasks[i] = now_and_then(plan.tasks[i], 2, i % 2);
  expect_as_on_one_rank(plan);
  expect_as_on_one_rank(fixed(plan));
}

TEST(Texts, AlignmentsOfOtherPlacementsAgreeOnEveryRank) {
  for (Placement const placement : {Placement::rank0, Placement::mean}) {
    Plan plan{.tasks = tasks_of_texts()};
    plan.options.placement = placement;
    Trainer ranks(on_ranks(plan));
    ranks.run(5);
    expect_same_on_every_rank(ranks.values());
    expect_same_on_every_rank(at::tensor(ranks.weights(), at::kDouble));
  }
}

TEST(Step, ReducingThroughHostMemoryChangesNoBit) {
  for (Plan plan : {Plan{}, fixed({})}) {
    plan.comm = world;
    Trainer direct(plan);
    plan.options.through_host = true;
    Trainer staged(plan);
    direct.run(5);
    staged.run(5);
    EXPECT_TRUE(at::equal(direct.values(), staged.values()));
    EXPECT_EQ(direct.weights(), staged.weights());
  }
}

TEST(Step, FiftyStepsGiveTheWeightsOfOneRank) {
  Trainer one{Plan()}, ranks(on_ranks({}));
  one.run(50);
  ranks.run(50);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(one.weights()[i], ranks.weights()[i], 1e-9);
  EXPECT_GT(std::abs(one.weights()[0] - one.weights()[1]), 1e-2);
}

Plan with_probe(std::int64_t every, bool stale) {
  Plan plan;
  plan.options.probe.every = every;
  plan.options.probe.stale = stale;
  return plan;
}

Plan per_micro_batch(LossMean mean) {
  Plan plan{.micro_batches = 3};
  plan.options.probe.per = task::ProbePer::micro;
  plan.options.loss_mean = mean;
  return plan;
}

TEST(Step, AProbeForEachMicroBatchTrainsAsOnOneRank) { expect_as_on_one_rank(per_micro_batch(LossMean::batch)); }
TEST(Step, MeansOfMicroBatchesTrainAsOnOneRank) {
  Plan const plan = per_micro_batch(LossMean::micro_batches);
  expect_as_on_one_rank(plan);
  expect_as_on_one_rank(fixed(plan));
}
TEST(Step, AProbeForEachMicroBatchMeetsEmptyOnes) {
  Plan plan = per_micro_batch(LossMean::micro_batches);
  plan.tasks = {labelled_task("end", 8), masked_task("text", 1), without_examples(labelled_task("other", 1))};
  expect_as_on_one_rank(plan);
}
TEST(Step, AProbeForEachMicroBatchWithPlacementRank0GivesTheSameOnEveryRank) {
  Plan plan = per_micro_batch(LossMean::micro_batches);
  plan.tasks = {labelled_task("end", 48), masked_task("text", 48), labelled_task("other", 64)};  // some for rank 0
  plan.options.placement = Placement::rank0;
  Trainer ranks(on_ranks(plan));
  for (auto const& look : ranks.run(10).looks)
    for (double const norm : look.norm) EXPECT_GT(norm, 0);
  expect_same_on_every_rank(ranks.values());
  EXPECT_NE(ranks.weights()[0], ranks.weights()[1]);
}

TEST(Step, AWiderBodyTrainsAsOnOneRank) {
  for (weighting::Weighting const& rule : std::vector<weighting::Weighting>{
           weighting::make_meta_tartan(3, 0.5), weighting::make_gcs({1, 1, 1}, weighting::Gate::cosine)}) {
    Plan plan{.weighting = rule};
    plan.options.body = Body::encoder_and_mlm_head;
    expect_as_on_one_rank(plan);
  }
}

TEST(Step, ARareProbeTrainsAsOnOneRank) { expect_as_on_one_rank(with_probe(3, false)); }
TEST(Step, AStaleProbeTrainsAsOnOneRank) { expect_as_on_one_rank(with_probe(1, true)); }
TEST(Step, ARareStaleProbeTrainsAsOnOneRank) { expect_as_on_one_rank(with_probe(3, true)); }
TEST(Step, AStaleProbeOfOneTaskTrainsAsOnOneRank) {
  Plan plan = with_probe(1, true);
  plan.tasks = {labelled_task("end", 8)};
  plan.weighting = weighting::make_meta_tartan(1, 0.5);
  expect_as_on_one_rank(plan);
}

//! Batches from which rank 0, whose share the probe shrinks, gets examples of each.
std::vector<Task> with_some_for_rank0() {
  return {labelled_task("end", 16), masked_task("text", 16), labelled_task("other", 32)};
}

TEST(Step, AStaleProbeWithPlacementRank0GivesTheSameOnEveryRank) {
  Plan plan = with_probe(1, true);
  plan.tasks = with_some_for_rank0();
  plan.options.placement = Placement::rank0;
  Trainer ranks(on_ranks(plan));
  ranks.run(10);
  expect_same_on_every_rank(ranks.values());
  EXPECT_NE(ranks.weights()[0], ranks.weights()[1]);
}

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

Plan layered(Plan plan, weighting::Similarity similarity) {
  auto const groups = model::layer_groups(make_model({})->parameters.layout()).names;
  plan.weighting = weighting::make_layered(weighting::make_meta_tartan(3, 0.5, similarity), groups);
  return plan;
}

TEST(Step, WeightsOfLayersTrainAsOnOneRank) { expect_as_on_one_rank(layered({}, weighting::Similarity::cosine)); }
TEST(Step, WeightsOfLayersBetweenProbesTrainAsOnOneRank) {
  expect_as_on_one_rank(layered(with_probe(3, true), weighting::Similarity::cosine));
}
TEST(Step, WeightsOfLayersInAdamsMetricTrainAsOnOneRank) {
  expect_as_on_one_rank(layered({}, weighting::Similarity::adam));
}

TEST(Step, LoggingLayersChangesNoBitOnAnyRank) {
  Plan plan = on_ranks({});
  Trainer quiet(plan);
  plan.options.log_layers = true;
  Trainer loud(plan);
  quiet.run(5);
  EXPECT_EQ(loud.run(5).alignments.groups.size(), 3U);
  EXPECT_TRUE(at::equal(quiet.values(), loud.values()));
}

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

Plan in_metric(bool stale) {
  Plan plan = with_probe(1, stale);
  plan.weighting = weighting::make_meta_tartan(3, 0.5, weighting::Similarity::adam);
  return plan;
}

TEST(Step, AlignmentsInAdamsMetricTrainAsOnOneRank) { expect_as_on_one_rank(in_metric(false)); }
TEST(Step, AStaleProbeInAdamsMetricTrainsAsOnOneRank) { expect_as_on_one_rank(in_metric(true)); }
TEST(Step, TheEndTaskJudgingInAdamsMetricTrainsAsOnOneRank) {
  expect_as_on_one_rank({.weighting = weighting::make_dga({0.2, 0.4, 0.4}, 0.1, weighting::Similarity::adam, 1)});
}

std::vector<weighting::Weighting> other_rules() {
  using weighting::Gate;
  return {weighting::make_dga({0.2, 0.4, 0.4}, 0.1, weighting::Similarity::dot, 0.5),
          weighting::make_tawt({1, 1, 1}, 0.1),
          weighting::make_gcs({1, 1, 1}, Gate::threshold),
          weighting::make_gcs({1, 1, 1}, Gate::cosine),
          weighting::make_gradnorm({1, 1, 1}, 0.01, 1.5),
          weighting::make_uncertainty({1, 1, 1}, 0.05)};
}

TEST(Step, OtherRulesTrainAsOnOneRank) {
  for (auto const& rule : other_rules()) expect_as_on_one_rank({.weighting = rule});
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

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
