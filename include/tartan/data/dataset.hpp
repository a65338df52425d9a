#pragma once

#include <tartan/data/packed_batch.hpp>
#include <tartan/data/shard.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace tartan::data {

//! All shards of one split, seen as one list of examples.
class Dataset {
 public:
  //! `path`: a shard, or a directory that holds manifest.json (its shards of `split` in order) or `split`.h5.
  //! Throws ExitStatus::usage where nothing is there, ExitStatus::data where shards disagree with each other.
  static Dataset open(std::filesystem::path const& path, std::string const& split);

  ShardInfo const& info() const { return shards_.front().info(); }
  std::uint64_t size() const { return starts_.back(); }  //!< examples
  std::uint64_t num_tokens() const;
  std::uint64_t num_sequences() const;
  //! Tokens, from offsets alone. Throws ExitStatus::data where they are out of order.
  std::int64_t length(std::uint64_t example) const;
  //! Tokens of each sequence of the example, from offsets alone. Throws ExitStatus::data where `pack` would.
  std::vector<std::int64_t> sequence_lengths(std::uint64_t example) const;
  std::string example_id(std::uint64_t example) const;
  //! Of kinds `class` and `choice`; -1: unlabelled. Throws ExitStatus::data where it is out of range.
  std::int64_t class_label(std::uint64_t example) const { return static_cast<std::int64_t>(labels(example)[0]); }
  //! As label_layout says; -1 or NaN: unlabelled. Throws ExitStatus::data where one is out of range.
  std::vector<float> labels(std::uint64_t example) const;
  std::string describe_row(std::uint64_t example) const;  //!< "FILE row N", N from 0
  std::vector<std::filesystem::path> files() const;
  //! 16 hexadecimal digits that change with the content: of the manifest's hashes, else of the files themselves, which
  //! the first call reads.
  std::string const& fingerprint() const;

  //! The given examples laid end to end, labels included. Throws ExitStatus::data naming file and row where an offset
  //! is out of order, a sequence is empty or longer than max_length, a token id is >= vocab_size, or a label is out of
  //! range.
  PackedBatch pack(std::span<std::uint64_t const> examples) const;
  //! Gives a batch the labels of as many other examples; choices, places and words are fitted to the
  //! sequences that are there.
  void relabel(PackedBatch& batch, std::span<std::uint64_t const> others) const;

 private:
  struct Place {
    Shard const* shard;
    std::uint64_t row;
  };
  struct Extent {
    Place place;
    std::uint64_t first_sequence, last_sequence, first_token, last_token;
  };
  Dataset(std::vector<Shard> shards, std::vector<std::string> hashes);
  Place locate(std::uint64_t example) const;
  Extent extent(std::uint64_t example) const;
  void check_sequences(Extent const& extent) const;
  std::vector<float> labels(Extent const& extent) const;
  void append_labels(PackedBatch& batch, std::span<float const> labels) const;
  void append(PackedBatch& batch, Extent const& extent) const;

  std::vector<Shard> shards_;
  std::vector<std::string> hashes_;    // (shards) as the manifest lists them; empty: it does not
  std::vector<std::uint64_t> starts_;  // (shards + 1) first example of each
  mutable std::string fingerprint_;
  bool has_segments_;  // in any shard
};

}  // namespace tartan::data
