// Many tasks over one latent space (ALGORITHMS 7.10): the more of them an encoder has learned, the better it serves one
// that it has not met.
#include "toy.hpp"

#include <tartan/comm/communicator.hpp>
#include <tartan/train/step.hpp>

#include <ATen/Parallel.h>

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

constexpr std::int64_t latent = 8;
constexpr std::uint64_t per_step = 80;
constexpr std::size_t steps = 400;

task::Objective const& of_two_classes() {
  static auto const objective = task::make_objective({.kind = task::ObjectiveKind::classification, .outputs = 2});
  return *objective;
}

at::Tensor normal(Key key) {
  Stream stream(key);
  std::vector<double> values;
  for (std::int64_t i = 0; i < latent; ++i) values.push_back(stream.normal());
  return at::tensor(values, at::kDouble);
}

//! Sentences of any words; a word is a point of the latent space, and a task asks on which side of a plane their sum
//! is.
Examples sided(Key draws, Key task, std::uint64_t count) {
  at::Tensor const plane = normal(task);
  Examples examples = labelled(draws, count, Labels::meaningless);
  for (auto& example : examples) {
    at::Tensor sum = at::zeros({latent}, at::kDouble);
    for (auto const token : example.encoder.tokens)
      if (token >= first_word) sum += normal(Key(99).with(static_cast<std::uint64_t>(token)));
    example.class_labels = {at::dot(plane, sum).item<double>() > 0 ? 1 : 0};
    example.targets = example.class_labels;
  }
  return examples;
}

enum class Order { all_at_once, one_after_the_other };

std::unique_ptr<model::Model> trained(std::size_t tasks, std::uint64_t seed, Order order) {
  std::vector<StepTask> step_tasks;
  Heads heads;
  for (std::size_t t = 0; t < tasks; ++t) {
    step_tasks.push_back({"task" + std::to_string(t), &of_two_classes(), "task" + std::to_string(t)});
    heads.emplace_back(step_tasks.back().head, of_two_classes().head(config()));
  }
  auto model = make_model(heads);
  auto const comm = comm::make_local();
  optim::AdamW optimizer(model->parameters, {});
  StepOptions options;
  options.dropout = false;
  SingleLevel rule(*model, step_tasks, nullptr, *comm, options, optimizer);
  weighting::Weighting equal = weighting::make_fixed(std::vector<double>(tasks, 1 / static_cast<double>(tasks)));
  for (std::size_t step = 0; step < steps; ++step) {
    StepInputs inputs;
    for (std::size_t t = 0; t < tasks; ++t) {
      bool const mine = order == Order::all_at_once || t == step * tasks / steps;
      std::uint64_t const count = order == Order::all_at_once ? per_step / tasks : mine ? per_step : 0;
      inputs.batches.push_back({pack(sided(Key(seed).with(step).with(t), Key(seed).with("plane").with(t), count))});
      inputs.weights.push_back(static_cast<double>(count) / per_step);
    }
    rule.run(inputs, local_counts(inputs), {.body_lr = 3e-3, .head_lr = 1e-2}, equal, {}, {});
  }
  return model;
}

//! (E, H) of first tokens, with a column of ones.
at::Tensor features(model::Model& model, Examples const& examples) {
  at::NoGradGuard const guard;
  data::PackedBatch const batch = pack(examples);
  at::Tensor const hidden = model.encoder.forward(model.parameters, batch, batch.rows, {false});
  return at::cat({hidden, at::ones({hidden.size(0), 1}, hidden.options())}, 1);
}

at::Tensor sides(Examples const& examples) {
  std::vector<double> values;
  for (auto const& example : examples) values.push_back(example.class_labels[0] == 1 ? 1 : -1);
  return at::tensor(values, at::kDouble);
}

//! Accuracy on tasks that were not learned, of planes through frozen features (ridge regression on 60 examples).
double probe(model::Model& model, std::uint64_t seed) {
  double right = 0;
  constexpr std::uint64_t probes = 6;
  for (std::uint64_t p = 0; p < probes; ++p) {
    Key const plane = Key(seed).with("held out").with(p);
    Examples const train = sided(Key(seed).with("fit").with(p), plane, 60),
                   test = sided(Key(seed).with("test"), plane, 200);
    at::Tensor const x = features(model, train);
    at::Tensor const ridge = at::eye(x.size(1), x.options());
    at::Tensor const w = at::linalg_solve(x.t().mm(x) + ridge, x.t().mv(sides(train)));
    right += (features(model, test).mv(w).sign() == sides(test)).to(at::kDouble).mean().item<double>();
  }
  return right / probes;
}

double mean_probe(std::size_t tasks, Order order = Order::all_at_once) {
  at::set_num_threads(1);  // more would only wait for each other
  double sum = 0;
  constexpr std::uint64_t seeds = 2;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) sum += probe(*trained(tasks, seed, order), seed);
  return sum / seeds;
}

// 16 planes span the latent space already: of 40, with as many examples in all, no more is to be had (over six seeds
// .73, .77, .81 and .81 for 2, 4, 16 and 40 tasks)
TEST(muppet, AHeldOutTaskGainsWithTheNumberOfTasks) {
  double const one = mean_probe(1), four = mean_probe(4), sixteen = mean_probe(16), forty = mean_probe(40);
  EXPECT_GT(four, one + 0.02);
  EXPECT_GT(sixteen, four);
  EXPECT_GT(forty, four);
}

TEST(muppet, TasksAtOnceServeItBetterThanOneAfterTheOther) {
  EXPECT_GT(mean_probe(8), mean_probe(8, Order::one_after_the_other));
}

}  // namespace
}  // namespace tartan::train::toy
