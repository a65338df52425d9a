#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace tartan::model {

//! x (E, width) times a keyed dropout mask; `place` tells apart the dropouts of one head. Probability 0: x itself.
at::Tensor head_dropout(at::Tensor const& x, std::vector<std::uint64_t> const& example_keys, std::uint32_t place,
                        double probability);

}  // namespace tartan::model
