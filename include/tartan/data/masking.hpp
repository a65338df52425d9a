#pragma once

#include <tartan/data/packed_batch.hpp>
#include <tartan/data/shard.hpp>

namespace tartan::data {

//! BERT's masking (Devlin et al. 2019, section 3.1).
struct MaskingOptions {
  double rate = 0.15;         //!< chance of a token to be chosen
  double mask_share = 0.8;    //!< of the chosen: become the mask token
  double random_share = 0.1;  //!< of the chosen: become any token of the vocabulary; the rest stay
};

//! Chooses and changes tokens in place; fills `rows` with the chosen positions and `targets` with their tokens before.
//! Special tokens are never chosen. The draws of an example depend on its key in `batch.example_keys` alone, so that
//! they are the same in whatever batch and on whatever rank it lies. Throws ExitStatus::usage where the options are no
//! probabilities, ExitStatus::data where a mask token is needed and the tokenizer has none.
void mask_tokens(PackedBatch& batch, ShardInfo const& info, MaskingOptions const& options);

}  // namespace tartan::data
