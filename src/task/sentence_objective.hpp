#pragma once

#include "head_objective.hpp"

namespace tartan::task {

//! An objective with a head on first tokens: token → dropout → linear → tanh → dropout → linear (Gururangan et al.
//! 2020), "fc" and "out" of a task.
class SentenceObjective : public HeadObjective {
 public:
  using HeadObjective::HeadObjective;
  model::HeadShape head(model::HfConfig const& config) const override;

 protected:
  //! (R, H) → (R, outputs); `keys` (R) name each row's dropout.
  at::Tensor forward(HeadPlace const& place, at::Tensor const& hidden, std::vector<std::uint64_t> const& keys) const;
};

//! Fills `rows` with the first token of each example's first sequence.
void read_first_tokens(data::PackedBatch& batch);

//! Of an example of which one class or choice is expected: which, and which is predicted.
std::vector<double> expected_and_predicted(data::PackedBatch const& batch, std::size_t example,
                                           std::vector<double> const& probabilities);

}  // namespace tartan::task
