#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tartan::data {

//! One shard as a manifest lists it.
struct ManifestEntry {
  std::filesystem::path path;  //!< inside the manifest's directory
  std::uint64_t bytes = 0;
  std::string xxh3;  //!< 16 hexadecimal digits
};

//! One split as a manifest lists it, with what prepare.py counted where it is told.
struct ManifestSplit {
  std::string name;
  std::vector<ManifestEntry> shards;
  std::optional<std::uint64_t> truncated;       //!< examples that lost tokens to max_length
  std::optional<std::uint64_t> unknown_tokens;  //!< tokens that the vocabulary does not have
  std::optional<double> unknown_share;          //!< of the tokens that are text, not special
  std::optional<std::uint64_t> empty_lines;     //!< of the input, left out
};

struct Manifest {
  std::vector<ManifestSplit> splits;                  //!< train, dev, test, then others by name
  std::map<std::string, std::uint64_t> shared_texts;  //!< "train/test" -> texts that stand in both
};

//! DIRECTORY/manifest.json without a look at the files it lists. Throws ExitStatus::usage where there is none,
//! ExitStatus::data where it is malformed or a path leads out of the directory.
Manifest read_manifest(std::filesystem::path const& directory);

//! The shards of `split`, in order. Throws also ExitStatus::usage where the manifest has no such split and
//! ExitStatus::data where a file is missing or has another size. Hashes are not computed.
std::vector<ManifestEntry> read_manifest(std::filesystem::path const& directory, std::string const& split);

//! Throws ExitStatus::data where the file is missing or has another size than listed.
void check_size(ManifestEntry const& entry);
//! Reads the whole file. Throws ExitStatus::data where its XXH3 is another than listed.
void check_hash(ManifestEntry const& entry);

}  // namespace tartan::data
