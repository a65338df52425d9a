#pragma once

#include <tartan/model/parameters.hpp>

namespace tartan::train {

enum class ProximalNorm {
  squared,  //!< strength |values - anchor|^2
  //! strength / n (sum over the embeddings of d^2 + sum over the layers of |d|), n being the body's parameters: the
  //! published language runs of TapWeight (ALGORITHMS 4).
  published,
};

//! A term of the loss that is no task's and holds the body of a parameter set near another's.
struct Proximal {
  double strength = 0;
  at::Tensor anchor{};  //!< (at least body_size); undefined: no term
  ProximalNorm norm = ProximalNorm::squared;
};

//! Adds the term's gradient by `parameters` to `gradient` (at least body_size); that by the anchor is its negative.
void add_proximal_gradient(Proximal const& term, model::ParameterSet const& parameters, at::Tensor const& gradient);

//! The term between two sets of one layout, differentiable by the leaves of both (squared: twice).
at::Tensor proximal_loss(Proximal const& term, model::ParameterSet const& parameters,
                         model::ParameterSet const& anchor);

}  // namespace tartan::train
