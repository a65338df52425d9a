#pragma once

#include "request.hpp"

#include <tartan/data/shard.hpp>
#include <tartan/data/vocabulary.hpp>

namespace tartan::cli {

//! The vocabulary that data were prepared with, and where it was.
struct Decoder {
  std::optional<data::Vocabulary> vocabulary;
  std::filesystem::path directory;
};

//! That of --tokenizer (throws ExitStatus::data where the data were prepared with another, ExitStatus::usage where none
//! is there); else of the data's own directory or of a directory below models/ whose tokenizer.json has the SHA-256
//! that the data name; else none.
Decoder find_decoder(Request const& request, data::ShardInfo const& info);

}  // namespace tartan::cli
