#pragma once

#include "mpi_main.hpp"
#include "toy_trainer.hpp"

namespace tartan::train::toy {

inline comm::Communicator* world = nullptr;

inline Plan on_ranks(Plan plan) {
  plan.comm = world;
  return plan;
}

inline StepOptions one_by_one() {
  StepOptions options;
  options.fuse = false;
  return options;
}

//! Sum over ranks.
inline double over_ranks(double value) {
  world->all_reduce(&value, 1, comm::Type::float64).wait();
  return value;
}

inline void expect_same_on_every_rank(at::Tensor const& values) {
  at::Tensor const first = values.clone();
  world->broadcast(first.data_ptr(), static_cast<std::size_t>(first.numel()), comm::Type::float64, 0).wait();
  EXPECT_TRUE(at::equal(values, first));
}

inline void expect_as_on_one_rank(Plan const& plan) {
  Trainer one(plan), ranks(on_ranks(plan));
  for (int step = 0; step < 20; ++step) {
    StepReport const a = one.run(), b = ranks.run();
    for (std::size_t i = 0; i < a.losses.size(); ++i) EXPECT_NEAR(a.losses[i], b.losses[i], 1e-10);
    EXPECT_EQ(a.tokens, b.tokens);
  }
  EXPECT_LE(distance(one.values(), ranks.values()), 1e-10);
  expect_same_on_every_rank(ranks.values());
}

//! Examples in one of `parts` steps.
inline Task now_and_then(Task task, std::uint64_t parts, std::uint64_t part) {
  return {task.name, task.head, task.objective,
          [=](Key key) { return key.value() % parts == part ? task.draw(key) : Examples(); }};
}

inline Plan with_probe(std::int64_t every, bool stale) {
  Plan plan;
  plan.options.probe.every = every;
  plan.options.probe.stale = stale;
  return plan;
}

//! Batches from which rank 0, whose share the probe shrinks, gets examples of each.
inline std::vector<Task> with_some_for_rank0() {
  return {labelled_task("end", 16), masked_task("text", 16), labelled_task("other", 32)};
}

inline Plan layered(Plan plan, weighting::Similarity similarity) {
  auto const groups = model::layer_groups(make_model({})->parameters.layout()).names;
  plan.weighting = weighting::make_layered(weighting::make_meta_tartan(3, 0.5, similarity), groups);
  return plan;
}

inline std::vector<weighting::Weighting> other_rules() {
  using weighting::Gate;
  return {weighting::make_dga({0.2, 0.4, 0.4}, 0.1, weighting::Similarity::dot, 0.5),
          weighting::make_tawt({1, 1, 1}, 0.1),
          weighting::make_gcs({1, 1, 1}, Gate::threshold),
          weighting::make_gcs({1, 1, 1}, Gate::cosine),
          weighting::make_gradnorm({1, 1, 1}, 0.01, 1.5),
          weighting::make_uncertainty({1, 1, 1}, 0.05)};
}

}  // namespace tartan::train::toy
