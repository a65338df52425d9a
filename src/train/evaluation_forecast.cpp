#include "evaluation_forecast.hpp"

#include <algorithm>
#include <chrono>

namespace tartan::train {
namespace {

constexpr std::uint64_t looked_at_tokens = 1 << 16;  // about 20 s of a 6-layer encoder on two cores

//! This rank's part of every `stride`-th example of the `task`-th, so that of many small sets each rank has some.
std::vector<std::uint64_t> examples_here(data::Dataset const& dev, std::uint64_t task, std::uint64_t stride,
                                         comm::Communicator const& comm) {
  std::vector<std::uint64_t> result;
  auto const ranks = static_cast<std::uint64_t>(comm.size()), rank = static_cast<std::uint64_t>(comm.rank());
  for (std::uint64_t e = (rank + task) % ranks * stride; e < dev.size(); e += ranks * stride) result.push_back(e);
  return result;
}

//! What an evaluation does with each batch. Returns the tokens that it saw.
double go_through(model::Model& model, Task const& t, std::vector<std::uint64_t> const& examples) {
  task::HeadPlace const place{model.encoder, model.parameters, model.parameters, t.head, false};
  double tokens = 0;
  for_each_batch(model, *t.objective, *t.dev, examples, [&](data::PackedBatch const& batch, at::Tensor const& hidden) {
    t.objective->loss(place, {hidden}, batch).item<double>();
    t.objective->predict(place, hidden, batch);
    tokens += static_cast<double>(batch.encoder.num_tokens());
  });
  return tokens;
}

}  // namespace

double EvaluationTimes::of(std::vector<Task const*> const& tasks) {
  if (!known_.contains(tasks)) known_[tasks] = measured(tasks);
  return known_[tasks];
}

double EvaluationTimes::measured(std::vector<Task const*> const& tasks) const {
  std::uint64_t all = 0;
  for (auto const* t : tasks) all += t->dev->num_tokens();
  std::uint64_t const stride = std::max<std::uint64_t>(1, all / looked_at_tokens);
  double seen = 0;
  auto const began = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < tasks.size(); ++i)
    seen += go_through(run_.model, *tasks[i], examples_here(*tasks[i]->dev, i, stride, run_.comm));
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  run_.comm.all_reduce(&seconds, 1, comm::Type::float64, comm::Op::max).wait();
  seen = comm::sum_of(run_.comm, seen);
  return seen > 0 ? seconds * static_cast<double>(all) / seen : 0;
}

}  // namespace tartan::train
