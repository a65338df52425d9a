// Lists of tensors as vectors of one space.
#pragma once

#include <tartan/train/hypergradient.hpp>

namespace tartan::train {

//! Zeros in place of what is undefined, in the shapes of `like`.
Tensors filled(Tensors const& list, Tensors const& like);
double dot(Tensors const& a, Tensors const& b);
double norm(Tensors const& a);
//! a + factor * b
Tensors plus(Tensors const& a, double factor, Tensors const& b);
Tensors times(double factor, Tensors const& a);

}  // namespace tartan::train
