#include "damage.hpp"
#include "shown_examples.hpp"
#include "split_facts.hpp"
#include "subjects.hpp"

#include <tartan/core/error.hpp>
#include <tartan/data/verify.hpp>
#include <tartan/train/progress.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

Facts verified_facts(fs::path const& path) {
  std::optional<train::Progress> progress;
  data::Verified const found = data::verify(path, [&](std::uint64_t file, std::uint64_t files) {
    if (!progress) progress.emplace("verifying files", static_cast<std::int64_t>(files), true);
    progress->update(static_cast<std::int64_t>(file), "");
  });
  if (progress) progress->clear();
  return {{"files", found.files},
          {"hashed_files", found.hashed_files},
          {"bytes", found.bytes},
          {"examples", found.examples}};
}

data::Manifest splits_of(fs::path const& directory) {
  if (fs::exists(directory / "manifest.json")) return data::read_manifest(directory);
  data::Manifest manifest;
  for (char const* name : {"train", "dev", "test"}) {
    data::ManifestSplit split;
    split.name = name;
    if (fs::exists(directory / (split.name + ".h5"))) manifest.splits.push_back(split);
  }
  return manifest;
}

void add_examples(Facts& facts, data::Dataset const& dataset, Request const& request) {
  Decoder const decoder = find_decoder(request, dataset.info());
  facts["decoded_with"] = decoder.vocabulary ? Facts(decoder.directory.string()) : Facts();
  facts["shown_examples"] = shown_examples(dataset, request, decoder);
}

Facts shard_facts(Request const& request) {
  auto const dataset = data::Dataset::open(request.path, "");
  Facts facts = {{"what", "shard"}, {"path", request.path.string()}};
  facts.update(split_facts(dataset, {}));
  add_examples(facts, dataset, request);
  return facts;
}

Facts directory_facts(Request const& request) {
  data::Manifest const manifest = as_damage([&] { return splits_of(request.path); });
  if (manifest.splits.empty())
    fail_data((request.path / "manifest.json").string() + " lists no split; write it with jobs/prepare.py");
  Facts facts = {{"what", "data"}, {"path", request.path.string()}};
  for (auto const& split : manifest.splits)
    facts["splits"][split.name] =
        as_damage([&] { return split_facts(data::Dataset::open(request.path, split.name), split); });
  facts["shared_texts"] = manifest.shared_texts;
  facts["examples_of"] = manifest.splits.front().name;
  add_examples(facts, data::Dataset::open(request.path, manifest.splits.front().name), request);
  return facts;
}

}  // namespace

Facts data_facts(Request const& request) {
  Facts const verified = request.verify ? verified_facts(request.path) : Facts();
  Facts facts = fs::is_directory(request.path) ? directory_facts(request) : shard_facts(request);
  if (request.verify) facts["verified"] = verified;
  return facts;
}

}  // namespace tartan::cli
