#pragma once

#include <tartan/model/encoder.hpp>
#include <tartan/model/parameters.hpp>

#include <ATen/ATen.h>

namespace tartan::model {

//! Which parameters of the masked-LM model are spared from weight decay.
enum class DecayRule {
  usual,      //!< biases and norms
  published,  //!< names that hold "bias" or "LayerNorm.weight" (published TARTAN): not RoBERTa's
              //!< lm_head.layer_norm.weight
};

//! Adds the masked-LM head's segments: dense, activation, norm, decoder tied to the word embeddings, own bias.
void add_mlm_head(Layout& layout, HfConfig const& config, DecayRule rule = DecayRule::usual);

//! Summed cross entropy of the head's prediction at each row (R, hidden) against `targets` (R). With a bound gradient
//! buffer its backward adds to the head's and, where the body is not frozen, to the word embeddings' gradient.
at::Tensor mlm_loss(Encoder const& encoder, ParameterSet& parameters, at::Tensor const& rows,
                    std::vector<std::int64_t> const& targets);

//! Scores over the vocabulary: (R, hidden) -> (R, vocabulary).
at::Tensor mlm_logits(Encoder const& encoder, ParameterSet const& parameters, at::Tensor const& rows);

}  // namespace tartan::model
