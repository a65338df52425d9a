#pragma once

#include "head_objective.hpp"

namespace tartan::task {

//! An objective with a head on single tokens: token → dropout → linear, "out" of a task.
class TokenObjective : public HeadObjective {
 public:
  using HeadObjective::HeadObjective;
  model::HeadShape head(model::HfConfig const& config) const override;

 protected:
  //! (R, H) → (R, outputs)
  at::Tensor forward(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const;
};

//! How many rows there are before an example, or with `example` = E in all.
std::size_t row_start(data::PackedBatch const& batch, std::size_t example);

}  // namespace tartan::task
