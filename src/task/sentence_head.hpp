#pragma once

#include <tartan/task/objective.hpp>

namespace tartan::task {

//! First token → dropout → linear → tanh → dropout → linear (Gururangan et al. 2020): "fc" and "out" of a task.
struct SentenceHead {
  std::int64_t outputs;
  double dropout;

  model::HeadShape shape(model::HfConfig const& config) const;
  //! (R, H) → (R, outputs); `keys` (R) name each row's dropout.
  at::Tensor forward(HeadPlace const& place, at::Tensor const& hidden, std::vector<std::uint64_t> const& keys) const;
};

//! Fills `rows` with the first token of each example's first sequence.
void read_first_tokens(data::PackedBatch& batch);

//! (E) rows of double precision.
Predictions rows_of(at::Tensor const& values);

//! What a loss is divided by where a prediction has n outcomes.
double divisor(LossScale scale, std::int64_t n);

//! A loss of nothing that has a graph.
at::Tensor no_loss(at::Tensor const& hidden);

}  // namespace tartan::task
