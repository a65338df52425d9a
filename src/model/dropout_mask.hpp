#pragma once

#include "kernels/kernels.hpp"

#include <ATen/ATen.h>

namespace tartan::model {

//! 0 or 1/(1-p), (rows, width): on CPU as the fast kernels draw it, elsewhere from a generator reseeded by the same
//! keys.
at::Tensor dropout_mask(at::IntArrayRef shape, DropoutRows const& rows, at::TensorOptions options);

}  // namespace tartan::model
