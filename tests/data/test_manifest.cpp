#include "data/expect_error.hpp"
#include "data/manifest_writer.hpp"
#include "data/shard_writer.hpp"

#include <tartan/core/hash.hpp>
#include <tartan/data/dataset.hpp>
#include <tartan/data/manifest.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

namespace tartan::data {
namespace {

namespace fs = std::filesystem;
using tartan::testing::expect_error;
using testing::random_spec;
using testing::ShardSpec;
using testing::TemporaryDirectory;
using testing::write_shard;
using Json = nlohmann::json;
using Examples = std::vector<std::uint64_t>;

class ManifestTest : public ::testing::Test {
 protected:
  ManifestTest() {
    write_shard(directory_ / "b.h5", random_spec(7, 1));
    write_shard(directory_ / "a.h5", random_spec(5, 2));
  }
  Json entry_of(std::string const& name) const { return testing::manifest_entry(directory_.path(), name); }
  void list(Json const& shards) const { testing::write_manifest(directory_.path(), shards); }
  Dataset open() const { return Dataset::open(directory_.path(), "train"); }
  void expect_refused(std::string const& words) const {
    expect_error(ExitStatus::data, words, [&] { open(); });
  }
  TemporaryDirectory directory_;
};

TEST_F(ManifestTest, ShardsFollowEachOther) {
  list({entry_of("b.h5"), entry_of("a.h5")});
  Dataset const data = open();
  Dataset const first = Dataset::open(directory_ / "b.h5", "train");
  Dataset const second = Dataset::open(directory_ / "a.h5", "train");
  EXPECT_EQ(data.size(), 12u);
  EXPECT_EQ(data.num_tokens(), first.num_tokens() + second.num_tokens());
  EXPECT_EQ(data.files(), (std::vector{directory_ / "b.h5", directory_ / "a.h5"}));
  EXPECT_EQ(data.pack(Examples{6}).encoder.tokens, first.pack(Examples{6}).encoder.tokens);
  EXPECT_EQ(data.pack(Examples{7, 11}).encoder.tokens, second.pack(Examples{0, 4}).encoder.tokens);
  EXPECT_EQ(data.example_id(8), "e1");
  EXPECT_EQ(data.describe_row(8), (directory_ / "a.h5").string() + " row 1");
}

TEST_F(ManifestTest, KeepsHashes) {
  list(Json::array({entry_of("b.h5")}));
  EXPECT_EQ(read_manifest(directory_.path(), "train")[0].xxh3, to_hex(hash_file(directory_ / "b.h5")));
}

TEST_F(ManifestTest, IsReadAsAWhole) {
  Json const train = {{"shards", {entry_of("b.h5"), entry_of("a.h5")}},
                      {"truncated", 3},
                      {"unknown_tokens", 5},
                      {"unknown_share", 0.25},
                      {"empty_lines", 0}};
  Json const small = {{"shards", Json::array({entry_of("a.h5")})}};
  testing::write_manifest_of(directory_.path(), {{"train", train}, {"dev", small}, {"extra", small}, {"test", small}});
  Manifest const manifest = read_manifest(directory_.path());
  std::vector<std::string> names;
  for (auto const& split : manifest.splits) names.push_back(split.name);
  EXPECT_EQ(names, (std::vector<std::string>{"train", "dev", "test", "extra"}));
  EXPECT_EQ(manifest.splits[0].shards[1].path, directory_ / "a.h5");
  EXPECT_EQ(manifest.splits[0].truncated, 3u);
  EXPECT_EQ(manifest.splits[0].unknown_tokens, 5u);
  EXPECT_EQ(manifest.splits[0].unknown_share, 0.25);
  EXPECT_EQ(manifest.splits[0].empty_lines, 0u);
  EXPECT_FALSE(manifest.splits[1].truncated.has_value());
  EXPECT_TRUE(manifest.shared_texts.empty());
}

TEST_F(ManifestTest, CountsOfAnotherTypeAreRefused) {
  testing::write_manifest_of(directory_.path(), {{"train", {{"shards", {entry_of("b.h5")}}, {"truncated", "three"}}}});
  expect_refused("lacks a valid field \"truncated\"");
}

TEST_F(ManifestTest, HashesAreComparedOnRequest) {
  list(Json::array({entry_of("b.h5")}));
  auto entry = read_manifest(directory_.path(), "train")[0];
  EXPECT_NO_THROW(check_hash(entry));
  entry.xxh3 = std::string(16, '0');
  expect_error(ExitStatus::data, "b.h5 has other content than when it was prepared", [&] { check_hash(entry); });
}

TEST_F(ManifestTest, ShardsWithoutSegmentsGetZeros) {
  ShardSpec spec = random_spec(2, 3);
  spec.segments.assign(spec.tokens.size(), 1);
  write_shard(directory_ / "c.h5", spec);
  list({entry_of("b.h5"), entry_of("c.h5")});
  auto const stream = open().pack(Examples{8, 0}).encoder;
  ASSERT_EQ(stream.segments.size(), stream.tokens.size());
  EXPECT_EQ(stream.segments.front(), 1);
  EXPECT_EQ(stream.segments.back(), 0);
}

TEST_F(ManifestTest, AnotherSplitIsUsage) {
  list(Json::array({entry_of("b.h5")}));
  expect_error(ExitStatus::usage, "has no split dev (it has: train)", [&] { Dataset::open(directory_.path(), "dev"); });
}

TEST_F(ManifestTest, OtherSizeIsRefused) {
  list(Json::array({entry_of("b.h5")}));
  fs::resize_file(directory_ / "b.h5", fs::file_size(directory_ / "b.h5") - 8);
  expect_refused("b.h5 is truncated or changed");
}

TEST_F(ManifestTest, PathsThatLeadOutAreRefused) {
  TemporaryDirectory const outside;
  write_shard(outside / "x.h5", random_spec(3, 1));
  fs::create_symlink(outside / "x.h5", directory_ / "link.h5");
  fs::create_directory_symlink(outside.path(), directory_ / "sub");
  for (std::string const& path : {(outside / "x.h5").string(), "../" + outside.path().filename().string() + "/x.h5",
                                  std::string("link.h5"), std::string("sub/x.h5"), std::string()}) {
    list(Json::array({{{"path", path}, {"bytes", fs::file_size(outside / "x.h5")}, {"xxh3", "0"}}}));
    expect_refused("leads out of its directory");
  }
}

TEST_F(ManifestTest, MissingFileIsRefused) {
  list(Json::array({{{"path", "gone.h5"}, {"bytes", 1}, {"xxh3", "0"}}}));
  expect_refused("gone.h5 is missing, but manifest.json names it");
}

TEST_F(ManifestTest, MalformedIsRefused) {
  std::ofstream(directory_ / "manifest.json") << "{";
  expect_refused("is no JSON");
  std::ofstream(directory_ / "manifest.json") << std::string(1 << 20, '[') + std::string(1 << 20, ']');
  expect_refused("nested deeper than 64");
  std::ofstream(directory_ / "manifest.json") << R"({"schema": "tartan.manifest", "version": 2})";
  expect_refused("is no tartan.manifest of version 1");
  std::ofstream(directory_ / "manifest.json") << R"({"schema": "tartan.manifest", "version": 1})";
  expect_refused("lacks a valid field \"splits\"");
  list(Json::array());
  expect_refused("lists no shard");
  list(Json::array({{{"path", "b.h5"}, {"bytes", "many"}}}));
  expect_refused("lacks a valid field \"bytes\"");
}

TEST_F(ManifestTest, ShardsMustAgree) {
  auto const expect_difference = [&](std::string const& words, auto const& change) {
    ShardSpec spec = random_spec(3, 1);
    change(spec);
    write_shard(directory_ / "c.h5", spec);
    list({entry_of("b.h5"), entry_of("c.h5")});
    expect_refused(words);
  };
  expect_difference("differ in tokenizer_sha256", [](ShardSpec& spec) { spec.tokenizer_sha256 = "b"; });
  expect_difference("differ in vocab_size", [](ShardSpec& spec) { spec.vocab_size = 1001; });
  expect_difference("differ in mask_id", [](ShardSpec& spec) { spec.mask_id = 5; });
  expect_difference("differ in kind", [](ShardSpec& spec) { spec.kind = "text"; });
  expect_difference("differ in max_length", [](ShardSpec& spec) { spec.max_length = 65; });
  expect_difference("differ in label_names", [](ShardSpec& spec) { spec.label_names.push_back("other"); });
}

}  // namespace
}  // namespace tartan::data
