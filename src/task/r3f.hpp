#pragma once

#include <ATen/ATen.h>

namespace tartan::task {

//! KL(p‖q) + KL(q‖p) of the distributions that logits (…, C) stand for, summed over all rows: R3F's term (Aghajanyan et
//! al. 2020, equation 3), with a gradient through both. In double precision: in single, rounding is larger than what a
//! noise of 1e-5 does. A scalar.
at::Tensor symmetric_kl(at::Tensor const& clean, at::Tensor const& noised);

}  // namespace tartan::task
