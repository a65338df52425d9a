#pragma once

#include <cstdint>
#include <vector>

namespace tartan::data {

//! Sequences laid end to end without padding. T tokens, S sequences.
struct TokenStream {
  std::vector<std::int64_t> tokens;              // (T)
  std::vector<std::int64_t> positions;           // (T) from 0 in each sequence; a model adds its own rule
  std::vector<std::int64_t> segments;            // (T) token types; empty: all zero
  std::vector<std::int64_t> sequence_starts{0};  // (S+1)
  std::int64_t num_tokens() const { return static_cast<std::int64_t>(tokens.size()); }
  std::int64_t num_sequences() const { return static_cast<std::int64_t>(sequence_starts.size()) - 1; }
  std::int64_t longest() const;
};

//! E examples as one stream. An objective's transform fills `rows` and `targets`: what it reads and what it expects
//! there.
struct PackedBatch {
  TokenStream encoder;                          //!< further named streams (a decoder's) come beside it
  std::vector<std::int64_t> example_starts{0};  // (E+1) in sequences
  std::vector<std::uint64_t> examples;          // (E) index in the data set
  std::vector<std::uint64_t> example_keys;      // (E) key of each example's draws in this step; empty: none
  std::vector<std::int64_t> class_labels;       // (E) kind `class`; -1: unlabelled; else empty
  std::vector<std::int64_t> rows;               // (R) positions in [0, T), ascending
  std::vector<std::int64_t> targets;            // (R) expected class or token at each row
  std::int64_t num_examples() const { return static_cast<std::int64_t>(examples.size()); }
  std::int64_t num_targets() const;  //!< that count: -1 is unlabelled
};

//! `parts` end to end; rows are shifted along. The result's example_starts cover all parts.
PackedBatch concatenate(std::vector<PackedBatch const*> const& parts);

}  // namespace tartan::data
