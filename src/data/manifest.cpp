#include <tartan/core/error.hpp>
#include <tartan/data/manifest.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

namespace tartan::data {
namespace fs = std::filesystem;
using Json = nlohmann::json;
namespace {

constexpr std::uint64_t max_manifest_bytes = std::uint64_t{16} << 20;

Json parse(fs::path const& path) {
  if (!fs::is_regular_file(path))
    fail_usage(path.string() + " is not there or is no file; write it with jobs/prepare.py");
  if (fs::file_size(path) > max_manifest_bytes)
    fail_data(path.string() + " is larger than 16 MiB; write it with jobs/prepare.py");
  std::ifstream in(path, std::ios::binary);
  if (!in) fail_io("cannot read " + path.string());
  try {
    return Json::parse(in);
  } catch (Json::exception const& error) {
    fail_data(path.string() + " is no JSON (" + error.what() + "); write it with jobs/prepare.py");
  }
}

template <class T>
T field(fs::path const& path, Json const& object, std::string const& name) {
  try {
    return object.at(name).get<T>();
  } catch (Json::exception const&) {
    fail_data(path.string() + " lacks a valid field \"" + name + "\"; write it with jobs/prepare.py");
  }
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
  if (!fs::is_regular_file(target, code))
    fail_data(manifest.string() + " names " + relative.string() +
              ", which is missing; copy it or prepare the data again");
  return directory / relative;
}

ManifestEntry read_entry(fs::path const& manifest, fs::path const& directory, Json const& shard) {
  ManifestEntry entry;
  std::string const relative = field<std::string>(manifest, shard, "path");
  if (relative.find('\0') != std::string::npos)
    fail_data(manifest.string() + " names a path with a zero byte; write it with jobs/prepare.py");
  entry.path = resolve(manifest, directory, relative);
  entry.bytes = field<std::uint64_t>(manifest, shard, "bytes");
  entry.xxh3 = field<std::string>(manifest, shard, "xxh3");
  std::uint64_t const bytes = fs::file_size(entry.path);
  if (bytes != entry.bytes)
    fail_data(entry.path.string() + " is truncated or changed: it has " + std::to_string(bytes) + " bytes, " +
              manifest.string() + " lists " + std::to_string(entry.bytes) + "; copy it or prepare the data again");
  return entry;
}

std::string names_of(Json const& object) {
  std::string names;
  for (auto const& [name, value] : object.items()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace

std::vector<ManifestEntry> read_manifest(fs::path const& directory, std::string const& split) {
  fs::path const manifest = directory / "manifest.json";
  Json const json = parse(manifest);
  if (field<std::string>(manifest, json, "schema") != "tartan.manifest" ||
      field<std::int64_t>(manifest, json, "version") != 1)
    fail_data(manifest.string() + " is no tartan.manifest of version 1; write it with this release's jobs/prepare.py");
  auto const splits = field<Json::object_t>(manifest, json, "splits");
  auto const found = splits.find(split);
  if (found == splits.end())
    fail_usage(manifest.string() + " has no split " + split + " (it has: " + names_of(splits) +
               "); prepare the splits together: jobs/prepare.py ... --input train.jsonl dev.jsonl test.jsonl");
  std::vector<ManifestEntry> entries;
  for (auto const& shard : field<Json::array_t>(manifest, found->second, "shards"))
    entries.push_back(read_entry(manifest, directory, shard));
  if (entries.empty())
    fail_data(manifest.string() + " lists no shard for the split " + split + "; write it with jobs/prepare.py");
  return entries;
}

}  // namespace tartan::data
