#include <tartan/core/error.hpp>
#include <tartan/core/hash.hpp>
#include <tartan/data/dataset.hpp>
#include <tartan/data/manifest.hpp>

#include <algorithm>

namespace tartan::data {
namespace fs = std::filesystem;
namespace {

//! The shards of a split, with their hashes where a manifest lists them.
std::vector<ManifestEntry> find_shards(fs::path const& path, std::string const& split) {
  if (!fs::is_directory(path)) return {{path, 0, ""}};
  if (fs::exists(path / "manifest.json")) return read_manifest(path, split);
  return {{path / (split + ".h5"), 0, ""}};
}

void check_agreement(Shard const& a, Shard const& b) {
  check_same_tokenizer(a.info(), a.path(), b.info(), b.path());
  char const* const difference = a.info().kind != b.info().kind                 ? "kind"
                                 : a.info().max_length != b.info().max_length   ? "max_length"
                                 : a.info().label_names != b.info().label_names ? "label_names"
                                                                                : nullptr;
  if (difference)
    fail_data(a.path().string() + " and " + b.path().string() + " are shards of one split but differ in " + difference +
              "; prepare them together");
}

}  // namespace

Dataset Dataset::open(fs::path const& path, std::string const& split) {
  std::vector<Shard> shards;
  std::vector<std::string> hashes;
  for (auto const& entry : find_shards(path, split)) {
    shards.emplace_back(entry.path);
    hashes.push_back(entry.xxh3);
    check_agreement(shards.front(), shards.back());
  }
  return Dataset(std::move(shards), std::move(hashes));
}

Dataset::Dataset(std::vector<Shard> shards, std::vector<std::string> hashes)
    : shards_(std::move(shards)), hashes_(std::move(hashes)), starts_{0}, has_segments_(false) {
  for (Shard const& shard : shards_) {
    starts_.push_back(starts_.back() + shard.num_examples());
    has_segments_ = has_segments_ || shard.has_segments();
  }
}

std::uint64_t Dataset::num_tokens() const {
  std::uint64_t tokens = 0;
  for (Shard const& shard : shards_) tokens += shard.num_tokens();
  return tokens;
}

std::uint64_t Dataset::num_sequences() const {
  std::uint64_t sequences = 0;
  for (Shard const& shard : shards_) sequences += shard.num_sequences();
  return sequences;
}

std::int64_t Dataset::length(std::uint64_t example) const {
  Extent const found = extent(example);
  return static_cast<std::int64_t>(found.last_token - found.first_token);
}

std::vector<std::int64_t> Dataset::sequence_lengths(std::uint64_t example) const {
  Extent const found = extent(example);
  check_sequences(found);
  Shard const& shard = *found.place.shard;
  std::vector<std::int64_t> lengths;
  for (std::uint64_t sequence = found.first_sequence; sequence < found.last_sequence; ++sequence)
    lengths.push_back(static_cast<std::int64_t>(shard.sequence_start(sequence + 1) - shard.sequence_start(sequence)));
  return lengths;
}

std::string Dataset::example_id(std::uint64_t example) const {
  auto const [shard, row] = locate(example);
  return shard->example_id(row);
}

std::string Dataset::describe_row(std::uint64_t example) const {
  auto const [shard, row] = locate(example);
  return shard->path().string() + " row " + std::to_string(row);
}

std::vector<fs::path> Dataset::files() const {
  std::vector<fs::path> paths;
  for (Shard const& shard : shards_) paths.push_back(shard.path());
  return paths;
}

std::string const& Dataset::fingerprint() const {
  if (!fingerprint_.empty()) return fingerprint_;
  std::string all;
  for (std::size_t i = 0; i < shards_.size(); ++i)
    all += hashes_[i].empty() ? to_hex(hash_file(shards_[i].path())) : hashes_[i];
  return fingerprint_ = to_hex(hash_bytes(all));
}

Dataset::Place Dataset::locate(std::uint64_t example) const {
  expects(example < size(), "an example beyond the end of its data set");
  auto const after = std::upper_bound(starts_.begin(), starts_.end(), example);
  auto const index = static_cast<std::size_t>(after - starts_.begin() - 1);
  return {&shards_[index], example - starts_[index]};
}

}  // namespace tartan::data
