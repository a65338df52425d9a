#pragma once

#include "objectives.hpp"

namespace tartan::task {

//! An objective with a head of its own.
class HeadObjective : public Objective {
 public:
  HeadObjective(std::int64_t outputs, ObjectiveOptions const& options)
      : outputs_(outputs), dropout_(options.head_dropout), scale_(options.loss_scale) {}

 protected:
  std::int64_t outputs() const { return outputs_; }
  double dropout() const { return dropout_; }
  double divided_by(std::int64_t n) const { return divisor(scale_, n); }

 private:
  std::int64_t outputs_;
  double dropout_;
  LossScale scale_;
};

//! (E) rows of double precision.
Predictions rows_of(at::Tensor const& values);

//! Cross entropy of (n, classes) summed over the targets that are not -1.
at::Tensor cross_entropy(at::Tensor const& scores, std::vector<std::int64_t> const& targets);

//! A loss of nothing that has a graph.
at::Tensor no_loss(at::Tensor const& hidden);

}  // namespace tartan::task
