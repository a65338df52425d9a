// Steps that mix tasks of every kind, on as many ranks as there are, against one process.
#include "mpi_step.hpp"
#include "toy_kinds.hpp"

#include <torch/csrc/autograd/autograd.h>

namespace tartan::train::toy {
namespace {

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

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
