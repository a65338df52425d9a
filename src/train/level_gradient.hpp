#pragma once

#include <tartan/train/hypergradient.hpp>

namespace tartan::train {

//! Undefined where the loss, which may have no graph at all, does not depend on one; with a graph of its own where it
//! is to be differentiated `again`.
Tensors gradient(at::Tensor const& loss, Tensors const& by, bool again = false);

inline Tensors summed(Together const& together, Tensors const& own) { return together.sum ? together.sum(own) : own; }

inline double said_by_first(Together const& together, double number) {
  return together.first_says ? together.first_says(number) : number;
}

}  // namespace tartan::train
