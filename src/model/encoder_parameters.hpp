#pragma once

#include <tartan/model/encoder.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace tartan::model {

//! Indices of one layer's parameters in its set. `query_*` begin stretches that go on through key and value.
struct LayerIndices {
  std::size_t query_weight, query_bias, context_weight, context_bias, norm1_weight, norm1_bias;
  std::size_t inner_weight, inner_bias, outer_weight, outer_bias, norm2_weight, norm2_bias;
};

struct EncoderIndices {
  std::size_t word, position, type, norm_weight, norm_bias;
  std::vector<LayerIndices> layers;
};

//! "bert." or "roberta."
std::string encoder_prefix(HfConfig const& config);

EncoderIndices find_encoder(Layout const& layout, HfConfig const& config);

}  // namespace tartan::model
