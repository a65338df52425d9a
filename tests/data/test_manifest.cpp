#include "data/expect_error.hpp"
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

Json entry(fs::path const& directory, std::string const& name) {
  return {{"path", name}, {"bytes", fs::file_size(directory / name)}, {"xxh3", to_hex(hash_file(directory / name))}};
}

void write_manifest(fs::path const& directory, Json const& shards) {
  Json const manifest = {{"schema", "tartan.manifest"}, {"version", 1}, {"splits", {{"train", {{"shards", shards}}}}}};
  std::ofstream(directory / "manifest.json") << manifest.dump();
}

class Manifest : public ::testing::Test {
 protected:
  Manifest() {
    write_shard(directory_ / "b.h5", random_spec(7, 1));
    write_shard(directory_ / "a.h5", random_spec(5, 2));
  }
  Json entry_of(std::string const& name) const { return entry(directory_.path(), name); }
  void list(Json const& shards) const { write_manifest(directory_.path(), shards); }
  Dataset open() const { return Dataset::open(directory_.path(), "train"); }
  void expect_refused(std::string const& words) const {
    expect_error(ExitStatus::data, words, [&] { open(); });
  }
  TemporaryDirectory directory_;
};

TEST_F(Manifest, ShardsFollowEachOther) {
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

TEST_F(Manifest, KeepsHashes) {
  list(Json::array({entry_of("b.h5")}));
  EXPECT_EQ(read_manifest(directory_.path(), "train")[0].xxh3, to_hex(hash_file(directory_ / "b.h5")));
}

TEST_F(Manifest, ShardsWithoutSegmentsGetZeros) {
  ShardSpec spec = random_spec(2, 3);
  spec.segments.assign(spec.tokens.size(), 1);
  write_shard(directory_ / "c.h5", spec);
  list({entry_of("b.h5"), entry_of("c.h5")});
  auto const stream = open().pack(Examples{8, 0}).encoder;
  ASSERT_EQ(stream.segments.size(), stream.tokens.size());
  EXPECT_EQ(stream.segments.front(), 1);
  EXPECT_EQ(stream.segments.back(), 0);
}

TEST_F(Manifest, AnotherSplitIsUsage) {
  list(Json::array({entry_of("b.h5")}));
  expect_error(ExitStatus::usage, "has no split dev (it has: train)", [&] { Dataset::open(directory_.path(), "dev"); });
}

TEST_F(Manifest, OtherSizeIsRefused) {
  list(Json::array({entry_of("b.h5")}));
  fs::resize_file(directory_ / "b.h5", fs::file_size(directory_ / "b.h5") - 8);
  expect_refused("b.h5 is truncated or changed");
}

TEST_F(Manifest, PathsThatLeadOutAreRefused) {
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

TEST_F(Manifest, MissingFileIsRefused) {
  list(Json::array({{{"path", "gone.h5"}, {"bytes", 1}, {"xxh3", "0"}}}));
  expect_refused("names gone.h5, which is missing");
}

TEST_F(Manifest, MalformedIsRefused) {
  std::ofstream(directory_ / "manifest.json") << "{";
  expect_refused("is no JSON");
  std::ofstream(directory_ / "manifest.json") << std::string(1 << 20, '[');
  expect_refused("is no JSON");
  std::ofstream(directory_ / "manifest.json") << R"({"schema": "tartan.manifest", "version": 2})";
  expect_refused("is no tartan.manifest of version 1");
  std::ofstream(directory_ / "manifest.json") << R"({"schema": "tartan.manifest", "version": 1})";
  expect_refused("lacks a valid field \"splits\"");
  list(Json::array());
  expect_refused("lists no shard");
  list(Json::array({{{"path", "b.h5"}, {"bytes", "many"}}}));
  expect_refused("lacks a valid field \"bytes\"");
}

TEST_F(Manifest, ShardsMustAgree) {
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
