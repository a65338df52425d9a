#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace tartan::data {

constexpr std::uint64_t max_tokenizer_bytes = std::uint64_t{128} << 20;

//! The tokens of a Hugging Face tokenizer.json, for turning ids back into text that people read.
class Vocabulary {
 public:
  //! WordPiece and byte-level BPE. Throws ExitStatus::usage where no file is there, ExitStatus::data where it is
  //! malformed or of another kind.
  static Vocabulary read(std::filesystem::path const& tokenizer_json);

  std::size_t size() const { return tokens_.size(); }
  std::int64_t highest_id() const { return highest_id_; }  //!< -1 where there is no token

  //! Words joined with spaces (WordPiece) or as they were written (byte-level BPE); special tokens as they are called,
  //! an id without a token as "<id 123>". Bytes that are no UTF-8 come as they are.
  std::string decode(std::span<std::int64_t const> ids) const;

 private:
  enum class Kind { word_piece, byte_level };
  void add(std::filesystem::path const& path, std::string const& token, std::int64_t id);
  std::string word_pieces(std::span<std::int64_t const> ids) const;
  std::string bytes(std::span<std::int64_t const> ids) const;
  std::string name_of(std::int64_t id) const;

  Kind kind_ = Kind::word_piece;
  std::string continuing_prefix_;
  std::unordered_map<std::int64_t, std::string> tokens_;
  std::unordered_set<std::int64_t> added_;  // written as they are, not as bytes
  std::int64_t highest_id_ = -1;
};

}  // namespace tartan::data
