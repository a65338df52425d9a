#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace tartan::optim {

//! Stretches [first, second) of a flat buffer.
using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

//! Scales the ranges of a flat gradient by min(1, most / (norm + 1e-6)) over all of them together; `most` 0: no
//! clipping. Returns the norm before.
double clip(at::Tensor const& gradient, Ranges const& ranges, double most);

}  // namespace tartan::optim
