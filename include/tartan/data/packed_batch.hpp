#pragma once

#include <cstdint>
#include <span>
#include <string_view>
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

//! What is added to each token's embedding, its word's alone being detached: uniform in ±size, or normal with that
//! deviation, named by the example's key (R3F: Aghajanyan et al. 2020).
struct EmbeddingNoise {
  double size = 0;
  bool normal = false;
};

//! Where the answer to a question is looked for. Views of a shard, which must outlive it.
struct Passage {
  std::string_view context;               //!< UTF-8, unless the shard is damaged
  std::vector<std::string_view> answers;  //!< that are right; empty: the context holds none, or unlabelled
  //! (tokens of the example, 2) bytes [first, end) of the context; equal: none
  std::span<std::uint32_t const> offsets;
};

//! E examples as one stream. An objective's transform fills `rows` and `targets` or `real_targets`: what it reads and
//! what it expects there.
struct PackedBatch {
  TokenStream encoder;                          //!< further named streams (a decoder's) come beside it
  std::vector<std::int64_t> example_starts{0};  // (E+1) in sequences
  std::vector<std::uint64_t> examples;          // (E) index in the data set
  std::vector<std::uint64_t> example_keys;      // (E) key of each example's draws in this step; empty: none
  std::vector<EmbeddingNoise> noise;            // (E) needs keys; empty: none
  std::vector<std::int64_t> class_labels;       // (E) kinds `class` and `choice`; -1: unlabelled; else empty
  std::vector<float> label_values;              // (E, L) kinds `multilabel` and `regression`; NaN: unlabelled
  std::vector<std::int64_t> label_places;       // (S, 2) kind `span`, (T) kind `token_class`, as they are stored
  std::vector<Passage> passages;                // (E) kind `span`
  std::vector<std::int64_t> rows;               // (R) positions in [0, T), ascending
  std::vector<std::int64_t> targets;            // expected class or token, as the objective lays them; -1: none
  std::vector<float> real_targets;              // expected values, instead of `targets`; NaN: none
  std::int64_t num_examples() const { return static_cast<std::int64_t>(examples.size()); }
  bool has_targets() const { return !targets.empty() || !real_targets.empty(); }
  std::int64_t num_targets() const;  //!< those that are there: what the summed loss is divided by
};

//! `parts` end to end, but for `label_values`, `label_places` and `passages`, of which each kind has its own; rows are
//! shifted along. The result's example_starts cover all parts.
PackedBatch concatenate(std::vector<PackedBatch const*> const& parts);

}  // namespace tartan::data
