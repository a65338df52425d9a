#pragma once

#include "head_objective.hpp"

namespace tartan::task {

//! Which of a step's second views belongs to a first view: SimCSE (Gao et al. 2021), as TapWeight's code has it (Zhang
//! et al. 2024, arXiv 2410.10006): first token → linear → tanh, "fc" of a task; each first view's softmax over its
//! cosines with the second views of all examples, on whatever rank. Every example is a target.
class ContrastObjective : public HeadObjective {
 public:
  explicit ContrastObjective(ObjectiveOptions const& o) : HeadObjective(0, o) {}
  bool spans_ranks() const override { return true; }
  model::HeadShape head(model::HfConfig const& config) const override;

 protected:
  //! Of the first tokens (E, H) of both views: the loss of this rank's examples, with the gradient of all examples'
  //! loss in this rank's encodings. Cosines are taken in double precision, since a temperature tells more apart than
  //! products of bfloat16 factors do. Collective where `place` gathers.
  at::Tensor contrast(HeadPlace const& place, at::Tensor const& first, at::Tensor const& second) const;
};

}  // namespace tartan::task
