#pragma once

#include "column.hpp"

#include <tartan/data/packed_batch.hpp>

namespace tartan::data {

//! Contexts and right answers of a shard of kind `span`: mapped, and looked at where one is asked for.
class Passages {
 public:
  //! Checks types and sizes. Throws ExitStatus::data.
  Passages(std::filesystem::path const& path, h5::File const& file, FileMap const& map, std::uint64_t num_examples,
           std::uint64_t num_tokens);
  //! Of an example of these tokens. Throws ExitStatus::data where it leads out of the texts.
  Passage at(std::uint64_t example, std::uint64_t first_token, std::uint64_t last_token) const;

 private:
  std::string_view text(std::uint64_t number) const;
  [[noreturn]] void fail(std::uint64_t example, std::string const& problem) const;

  std::string path_;
  Column<std::uint32_t> offsets_;        // (T, 2)
  Column<std::uint8_t> texts_;           // each with a zero byte behind it
  Column<std::uint64_t> text_starts_;    // (texts + 1)
  Column<std::uint64_t> example_texts_;  // (E + 1)
};

}  // namespace tartan::data
