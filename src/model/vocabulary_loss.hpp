#pragma once

#include <tartan/model/parameters.hpp>

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace tartan::model {

//! Summed cross entropy of x (R, H) times the word embeddings plus bias, on own CPU kernels. One buffer of (R, V) holds
//! logits, then their gradient; the embeddings' gradient is added in place to the bound buffer.
at::Tensor vocabulary_loss(ParameterSet const& parameters, at::Tensor const& x, std::size_t word, std::size_t bias,
                           std::vector<std::int64_t> const& targets);

}  // namespace tartan::model
