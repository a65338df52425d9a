#pragma once

#include "encoder_paths.hpp"

namespace tartan::model {

//! What the embeddings' backward needs.
struct EmbeddingTape {
  at::Tensor sum, mean, rstd;  // (T, H), (T), (T)
};

template <class S>
at::Tensor embed_forward(HfConfig const& config, ParameterSet const& parameters, EncoderIndices const& where,
                         data::TokenStream const& stream, RowPlan const& plan, EmbeddingTape& tape);  // -> (T, H)

//! grad (T, H) is overwritten.
template <class S>
void embed_backward(HfConfig const& config, ParameterSet const& parameters, EncoderIndices const& where,
                    data::TokenStream const& stream, RowPlan const& plan, EmbeddingTape& tape, at::Tensor const& grad);

}  // namespace tartan::model
