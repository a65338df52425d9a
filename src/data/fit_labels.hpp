#pragma once

#include <tartan/data/packed_batch.hpp>

namespace tartan::data {

// Labels that other examples have, for examples of other sizes. Places and words are taken in turn, and again from the
// first where they end.

//! Choices, among as many as its own example has.
void fit_choices(PackedBatch& batch);
//! Pairs of places, no further than the sequence's last token.
void fit_places(PackedBatch& batch, std::vector<std::int64_t> const& others);
//! Classes of words, where this batch has words.
void fit_words(PackedBatch& batch, std::vector<std::int64_t> const& others);

}  // namespace tartan::data
