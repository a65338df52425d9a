#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tartan::data {

//! One shard as a manifest lists it.
struct ManifestEntry {
  std::filesystem::path path;  //!< inside the manifest's directory
  std::uint64_t bytes = 0;
  std::string xxh3;  //!< 16 hexadecimal digits
};

//! The shards of `split` in DIRECTORY/manifest.json, in order. Throws ExitStatus::data where the manifest is malformed,
//! a path leads out of the directory, or a file is missing or has another size; ExitStatus::usage where the manifest
//! has no such split. Hashes are not computed.
std::vector<ManifestEntry> read_manifest(std::filesystem::path const& directory, std::string const& split);

}  // namespace tartan::data
