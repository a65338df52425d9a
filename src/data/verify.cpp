#include <tartan/core/error.hpp>
#include <tartan/data/dataset.hpp>
#include <tartan/data/manifest.hpp>
#include <tartan/data/verify.hpp>

namespace tartan::data {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_told = 12;

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

std::string without_way_out(std::string const& message) { return message.substr(0, message.rfind("; ")); }

[[noreturn]] void refuse(fs::path const& path, std::vector<std::string> const& problems, std::size_t files) {
  std::string text = std::to_string(problems.size()) + " of " + std::to_string(files) + " files of " + path.string() +
                     (problems.size() == 1 ? " is wrong: " : " are wrong: ");
  for (std::size_t i = 0; i < problems.size() && i < most_told; ++i) text += (i == 0 ? "" : ", ") + problems[i];
  if (problems.size() > most_told) text += " and " + std::to_string(problems.size() - most_told) + " more";
  fail_data(text + "; copy what is wrong again, or prepare the data again");
}

void check_agreement(fs::path const& directory) {
  if (!has_manifest(directory)) return;
  for (auto const& split : read_manifest(directory).splits) Dataset::open(directory, split.name);
}

}  // namespace

Verified verify(fs::path const& path, VerifyProgress const& progress) {
  bool const alone = !fs::is_directory(path);
  auto const suspects = alone ? std::vector{suspect_at(path)} : suspects_in(path);
  Verified verified;
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < suspects.size(); ++i) {
    progress(i, suspects.size());
    try {
      check(suspects[i], verified);
    } catch (Error const& error) {
      if (error.status() != ExitStatus::data) throw;
      if (alone) throw;
      problems.push_back(without_way_out(error.what()));
    }
  }
  if (!problems.empty()) refuse(path, problems, suspects.size());
  if (!alone) check_agreement(path);
  return verified;
}

}  // namespace tartan::data
