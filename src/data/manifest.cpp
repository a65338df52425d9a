#include <tartan/core/error.hpp>
#include <tartan/core/hash.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/core/json_file.hpp>
#include <tartan/data/manifest.hpp>

#include <algorithm>
#include <array>

namespace tartan::data {
namespace fs = std::filesystem;
using Json = nlohmann::json;
namespace {

constexpr char const* file_name = "manifest.json";
constexpr char const* way_out = "write it with jobs/prepare.py";

template <class T>
T field(fs::path const& path, Json const& object, std::string const& name) {
  try {
    return object.at(name).get<T>();
  } catch (Json::exception const&) {
    fail_data(path.string() + " lacks a valid field \"" + name + "\"; " + way_out);
  }
}

template <class T>
std::optional<T> optional_field(fs::path const& path, Json const& object, std::string const& name) {
  return object.contains(name) ? std::optional(field<T>(path, object, name)) : std::nullopt;
}

bool leads_out(fs::path const& path) {
  for (auto const& part : path)
    if (part == "..") return true;
  return path.is_absolute() || path.empty();
}

// Links are followed before comparing, so that none leads out.
fs::path resolve(fs::path const& manifest, fs::path const& directory, fs::path const& relative) {
  std::error_code code;
  fs::path const root = fs::canonical(directory, code);
  fs::path const target = fs::weakly_canonical(directory / relative, code);
  if (leads_out(relative) || code || leads_out(target.lexically_relative(root)))
    fail_data(manifest.string() + " names " + relative.string() +
              ", which leads out of its directory; list only files beside it");
  return directory / relative;
}

ManifestEntry read_entry(fs::path const& manifest, fs::path const& directory, Json const& shard) {
  std::string const relative = field<std::string>(manifest, shard, "path");
  if (relative.find('\0') != std::string::npos)
    fail_data(manifest.string() + " names a path with a zero byte; " + way_out);
  return {resolve(manifest, directory, relative), field<std::uint64_t>(manifest, shard, "bytes"),
          field<std::string>(manifest, shard, "xxh3")};
}

ManifestSplit read_split(fs::path const& manifest, fs::path const& directory, std::string const& name,
                         Json const& json) {
  ManifestSplit split;
  split.name = name;
  for (auto const& shard : field<Json::array_t>(manifest, json, "shards"))
    split.shards.push_back(read_entry(manifest, directory, shard));
  if (split.shards.empty()) fail_data(manifest.string() + " lists no shard for the split " + name + "; " + way_out);
  split.truncated = optional_field<std::uint64_t>(manifest, json, "truncated");
  split.unknown_tokens = optional_field<std::uint64_t>(manifest, json, "unknown_tokens");
  split.unknown_share = optional_field<double>(manifest, json, "unknown_share");
  split.empty_lines = optional_field<std::uint64_t>(manifest, json, "empty_lines");
  return split;
}

//! The order in which people name splits.
std::size_t rank_of(std::string const& split) {
  constexpr std::array<std::string_view, 3> known = {"train", "dev", "test"};
  return static_cast<std::size_t>(std::find(known.begin(), known.end(), split) - known.begin());
}

}  // namespace

Manifest read_manifest(fs::path const& directory) {
  fs::path const path = directory / file_name;
  Json const json = read_json_file(path, way_out);
  if (field<std::string>(path, json, "schema") != "tartan.manifest" || field<std::int64_t>(path, json, "version") != 1)
    fail_data(path.string() + " is no tartan.manifest of version 1; write it with this release's jobs/prepare.py");
  Manifest manifest;
  for (auto const& [name, split] : field<Json::object_t>(path, json, "splits"))
    manifest.splits.push_back(read_split(path, directory, name, split));
  std::stable_sort(manifest.splits.begin(), manifest.splits.end(),
                   [](auto const& a, auto const& b) { return rank_of(a.name) < rank_of(b.name); });
  manifest.shared_texts = optional_field<std::map<std::string, std::uint64_t>>(path, json, "shared_texts")
                              .value_or(std::map<std::string, std::uint64_t>());
  return manifest;
}

std::vector<ManifestEntry> read_manifest(fs::path const& directory, std::string const& split) {
  Manifest const manifest = read_manifest(directory);
  auto const found = std::find_if(manifest.splits.begin(), manifest.splits.end(),
                                  [&](ManifestSplit const& candidate) { return candidate.name == split; });
  if (found == manifest.splits.end())
    fail_usage((directory / file_name).string() + " has no split " + split +
               " (it has: " + joined(manifest.splits, &ManifestSplit::name) +
               "); prepare the splits together: jobs/prepare.py ... --input train.jsonl dev.jsonl test.jsonl");
  for (auto const& entry : found->shards) check_size(entry);
  return found->shards;
}

void check_size(ManifestEntry const& entry) {
  std::error_code code;
  if (!fs::is_regular_file(entry.path, code))
    fail_data(entry.path.string() + " is missing, but manifest.json names it; copy it or prepare the data again");
  std::uint64_t const bytes = fs::file_size(entry.path);
  if (bytes != entry.bytes)
    fail_data(entry.path.string() + " is truncated or changed: it has " + std::to_string(bytes) +
              " bytes, manifest.json lists " + std::to_string(entry.bytes) + "; copy it or prepare the data again");
}

void check_hash(ManifestEntry const& entry) {
  std::string const found = to_hex(hash_file(entry.path));
  if (found != entry.xxh3)
    fail_data(entry.path.string() + " has other content than when it was prepared: its XXH3 is " + found +
              ", manifest.json lists " + entry.xxh3 + "; copy it or prepare the data again");
}

}  // namespace tartan::data
