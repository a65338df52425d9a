#include <tartan/core/problems.hpp>
#include <tartan/data/dataset.hpp>
#include <tartan/data/manifest.hpp>
#include <tartan/data/verify.hpp>

namespace tartan::data {
namespace fs = std::filesystem;
namespace {

struct Suspect {
  ManifestEntry entry;
  bool listed;  //!< with size and hash
};

bool has_manifest(fs::path const& directory) { return fs::exists(directory / "manifest.json"); }

std::vector<Suspect> suspects_in(fs::path const& directory) {
  std::vector<Suspect> result;
  if (has_manifest(directory)) {
    for (auto const& split : read_manifest(directory).splits)
      for (auto const& entry : split.shards) result.push_back({entry, true});
    return result;
  }
  for (char const* split : {"train.h5", "dev.h5", "test.h5"})
    if (fs::exists(directory / split)) result.push_back({{directory / split, 0, ""}, false});
  return result;
}

//! A shard alone is held against the manifest beside it where that lists it.
Suspect suspect_at(fs::path const& shard) {
  fs::path const directory = shard.has_parent_path() ? shard.parent_path() : fs::path(".");
  if (has_manifest(directory))
    for (auto const& listed : suspects_in(directory))
      if (listed.entry.path.filename() == shard.filename() && fs::exists(shard) && fs::exists(listed.entry.path) &&
          fs::equivalent(listed.entry.path, shard))
        return {{shard, listed.entry.bytes, listed.entry.xxh3}, true};
  return {{shard, 0, ""}, false};
}

void check_examples(Dataset const& dataset) {
  for (std::uint64_t example = 0; example < dataset.size(); ++example) dataset.pack({&example, 1});
  dataset.example_id(0);  // reads all
}

void check(Suspect const& suspect, Verified& verified) {
  if (suspect.listed) {
    check_size(suspect.entry);
    check_hash(suspect.entry);
  }
  Dataset const shard = Dataset::open(suspect.entry.path, "");
  check_examples(shard);
  verified.files += 1;
  verified.hashed_files += suspect.listed ? 1 : 0;
  verified.bytes += fs::file_size(suspect.entry.path);
  verified.examples += shard.size();
}

void check_agreement(fs::path const& directory) {
  if (!has_manifest(directory)) return;
  for (auto const& split : read_manifest(directory).splits) Dataset::open(directory, split.name);
}

}  // namespace

Verified verify(fs::path const& path, VerifyProgress const& progress) {
  Verified verified;
  if (!fs::is_directory(path)) {
    progress(0, 1);
    check(suspect_at(path), verified);
    return verified;
  }
  auto const suspects = suspects_in(path);
  Problems problems;
  for (auto const& suspect : suspects) {
    progress(problems.attempts(), suspects.size());
    problems.attempt([&] { check(suspect, verified); });
  }
  problems.refuse_any("files of " + path.string(), "copy what is wrong again, or prepare the data again");
  check_agreement(path);
  return verified;
}

}  // namespace tartan::data
