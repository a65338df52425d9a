#pragma once

#include "objectives.hpp"

namespace tartan::task {

//! An objective with a head on single tokens: token → dropout → linear, "out" of a task.
class TokenObjective : public Objective {
 public:
  TokenObjective(std::int64_t outputs, ObjectiveOptions const& options)
      : outputs_(outputs), dropout_(options.head_dropout), scale_(options.loss_scale) {}
  model::HeadShape head(model::HfConfig const& config) const override;

 protected:
  std::int64_t outputs() const { return outputs_; }
  //! (R, H) → (R, outputs)
  at::Tensor forward(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const;
  double divided_by(std::int64_t n) const { return divisor(scale_, n); }

 private:
  std::int64_t outputs_;
  double dropout_;
  LossScale scale_;
};

//! (E+1) rows before each example, and all.
std::vector<std::size_t> row_starts(data::PackedBatch const& batch);

}  // namespace tartan::task
