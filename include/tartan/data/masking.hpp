#pragma once

#include <tartan/data/packed_batch.hpp>
#include <tartan/data/shard.hpp>

namespace tartan::data {

//! Padding, [CLS], [SEP], the mask, or what stands for an unknown word.
bool is_special(ShardInfo const& info, std::int64_t token);

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

//! Gives each token that is not special, with a chance of `rate`, the place to another such token of the vocabulary,
//! any of them alike; fills `rows` with the positions of all that are not special and `targets` with 1 where one was
//! replaced, else 0. Keyed as mask_tokens is. Throws ExitStatus::usage where the rate is no probability,
//! ExitStatus::data where the vocabulary holds nothing else.
void replace_tokens(PackedBatch& batch, ShardInfo const& info, double rate);

}  // namespace tartan::data
