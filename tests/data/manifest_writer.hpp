#pragma once

#include <tartan/core/hash.hpp>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace tartan::data::testing {

//! A manifest's entry of DIRECTORY/`name` as it is now.
inline nlohmann::json manifest_entry(std::filesystem::path const& directory, std::string const& name) {
  auto const path = directory / name;
  return {{"path", name}, {"bytes", std::filesystem::file_size(path)}, {"xxh3", to_hex(hash_file(path))}};
}

//! `splits`: split -> {"shards": [entries], ...}
inline void write_manifest_of(std::filesystem::path const& directory, nlohmann::json const& splits) {
  nlohmann::json const manifest = {{"schema", "tartan.manifest"}, {"version", 1}, {"splits", splits}};
  std::ofstream(directory / "manifest.json") << manifest.dump();
}

//! With one split, train.
inline void write_manifest(std::filesystem::path const& directory, nlohmann::json const& shards) {
  write_manifest_of(directory, {{"train", {{"shards", shards}}}});
}

}  // namespace tartan::data::testing
