#pragma once

#include "objectives.hpp"

namespace tartan::task {

//! An objective with a head on first tokens: token → dropout → linear → tanh → dropout → linear (Gururangan et al.
//! 2020), "fc" and "out" of a task.
class SentenceObjective : public Objective {
 public:
  SentenceObjective(std::int64_t outputs, ObjectiveOptions const& options)
      : outputs_(outputs), dropout_(options.head_dropout), scale_(options.loss_scale) {}
  model::HeadShape head(model::HfConfig const& config) const override;

 protected:
  std::int64_t outputs() const { return outputs_; }
  //! (R, H) → (R, outputs); `keys` (R) name each row's dropout.
  at::Tensor forward(HeadPlace const& place, at::Tensor const& hidden, std::vector<std::uint64_t> const& keys) const;
  double divided_by(std::int64_t n) const { return divisor(scale_, n); }

 private:
  std::int64_t outputs_;
  double dropout_;
  LossScale scale_;
};

//! Fills `rows` with the first token of each example's first sequence.
void read_first_tokens(data::PackedBatch& batch);

//! (E) rows of double precision.
Predictions rows_of(at::Tensor const& values);

//! Of an example of which one class or choice is expected: which, and which is predicted.
std::vector<double> expected_and_predicted(data::PackedBatch const& batch, std::size_t example,
                                           std::vector<double> const& probabilities);

//! A loss of nothing that has a graph.
at::Tensor no_loss(at::Tensor const& hidden);

}  // namespace tartan::task
