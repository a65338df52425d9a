#pragma once

#include <tartan/data/packed_batch.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tartan::data {

//! Attributes of one HDF5 shard (schema `tartan.examples`, hdf5_schemas/).
struct ShardInfo {
  std::int64_t version = 0;
  std::string kind;  //!< see known_kinds
  std::string tokenizer_sha256;
  std::int64_t vocab_size = 0;
  std::int64_t pad_id = -1, cls_id = -1, sep_id = -1, mask_id = -1;
  std::int64_t unk_id = -1;     //!< optional attribute
  std::int64_t max_length = 0;  //!< longest sequence allowed [tokens]
  std::string source;
  std::string created_with;
  //! Of classes or of a multilabel's columns; empty where no example has a label.
  std::vector<std::string> label_names;
};

//! One shard, mapped read-only where its layout allows, else copied. Structure and sizes are checked at open, offsets
//! and ids as each example is packed. Throws ExitStatus::data naming the file and what is wrong, ExitStatus::usage
//! where the path does not exist.
class Shard {
 public:
  explicit Shard(std::filesystem::path const& path);
  Shard(Shard&&) noexcept;
  Shard& operator=(Shard&&) noexcept;
  ~Shard();

  ShardInfo const& info() const;
  std::filesystem::path const& path() const;
  std::uint64_t num_examples() const;
  std::uint64_t num_sequences() const;
  std::uint64_t num_tokens() const;
  std::uint64_t sequence_start(std::uint64_t sequence) const;  //!< in tokens; sequence <= num_sequences()
  std::uint64_t example_start(std::uint64_t example) const;    //!< in sequences; example <= num_examples()
  //! Tokens [first, last) as written; appended to `out`. The caller checks ids against the vocabulary.
  void copy_tokens(std::uint64_t first, std::uint64_t last, std::vector<std::int64_t>& out) const;
  void copy_segments(std::uint64_t first, std::uint64_t last, std::vector<std::int64_t>& out) const;
  bool has_segments() const;
  bool is_mapped() const;  //!< tokens lie in the page cache, shared by a node's ranks
  //! Starts of the sequences [first, last), and where the last ends.
  std::span<std::uint64_t const> sequence_starts(std::uint64_t first, std::uint64_t last) const;
  //! Of the units [first, last), examples, sequences or tokens, as label_layout says; as they are stored.
  std::vector<float> labels(std::uint64_t first, std::uint64_t last) const;
  bool has_passages() const;
  //! Of an example of these tokens. Throws ExitStatus::data where it leads out of the texts.
  Passage passage(std::uint64_t example, std::uint64_t first_token, std::uint64_t last_token) const;
  std::string example_id(std::uint64_t example) const;  //!< as text; the first call reads the ids of all examples

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

//! Throws ExitStatus::data where two files were not written with the same tokenizer: ids would mean different words.
void check_same_tokenizer(ShardInfo const& a, std::filesystem::path const& path_a, ShardInfo const& b,
                          std::filesystem::path const& path_b);

}  // namespace tartan::data
