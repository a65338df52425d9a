#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace tartan::data {

//! What `verify` found to be right.
struct Verified {
  std::uint64_t files = 0, bytes = 0, examples = 0;
  std::uint64_t hashed_files = 0;  //!< those that a manifest lists with their hash
};

//! Called before each file with its number from 0 and the number of all.
using VerifyProgress = std::function<void(std::uint64_t file, std::uint64_t files)>;

//! Reads a shard, or all shards of prepared data, as a whole: size and XXH3 are those of the manifest beside it, every
//! example can be packed, every id read, and the shards of a split agree. Throws ExitStatus::data naming each file
//! that is wrong and in what; ExitStatus::io where one cannot be read.
Verified verify(std::filesystem::path const& path, VerifyProgress const& progress);

}  // namespace tartan::data
