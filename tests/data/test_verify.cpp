#include "data/expect_error.hpp"
#include "data/manifest_writer.hpp"
#include "data/shard_writer.hpp"

#include <tartan/data/verify.hpp>

#include <gtest/gtest.h>

namespace tartan::data {
namespace {

namespace fs = std::filesystem;
using tartan::testing::expect_error;
using testing::random_spec;
using testing::ShardSpec;
using testing::TemporaryDirectory;
using testing::write_shard;

void ignore(std::uint64_t, std::uint64_t) {}

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    write_shard(directory_ / "train-0.h5", random_spec(7, 1));
    write_shard(directory_ / "train-1.h5", random_spec(5, 2));
    list();
  }
  void list() const { testing::write_manifest(directory_.path(), {entry("train-0.h5"), entry("train-1.h5")}); }
  nlohmann::json entry(std::string const& name) const { return testing::manifest_entry(directory_.path(), name); }
  void flip(std::string const& name, std::uint64_t at) const {
    std::fstream file(directory_ / name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    char const byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
  }
  void expect_refused(std::string const& words) const {
    expect_error(ExitStatus::data, words, [&] { verify(directory_.path(), ignore); });
  }
  TemporaryDirectory directory_;
};

TEST_F(VerifyTest, TellsWhatItReadOfWholeData) {
  std::vector<std::uint64_t> seen;
  Verified const found = verify(directory_.path(), [&](std::uint64_t file, std::uint64_t files) {
    EXPECT_EQ(files, 2u);
    seen.push_back(file);
  });
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{0, 1}));
  EXPECT_EQ(found.files, 2u);
  EXPECT_EQ(found.hashed_files, 2u);
  EXPECT_EQ(found.examples, 12u);
  EXPECT_EQ(found.bytes, fs::file_size(directory_ / "train-0.h5") + fs::file_size(directory_ / "train-1.h5"));
}

TEST_F(VerifyTest, AFlippedBitAnywhereIsFound) {
  std::uint64_t const bytes = fs::file_size(directory_ / "train-1.h5");
  for (std::uint64_t const at : {std::uint64_t{9}, bytes / 2, bytes - 1}) {
    flip("train-1.h5", at);
    expect_refused("1 of 2 files of " + directory_.path().string() +
                   " is wrong: " + (directory_ / "train-1.h5").string() + " has other content");
    flip("train-1.h5", at);
  }
  EXPECT_NO_THROW(verify(directory_.path(), ignore));
}

TEST_F(VerifyTest, EveryWrongFileIsNamed) {
  flip("train-0.h5", 5000);
  fs::remove(directory_ / "train-1.h5");
  expect_refused("2 of 2 files");
  expect_refused("train-0.h5 has other content");
  expect_refused("train-1.h5 is missing, but manifest.json names it");
}

TEST_F(VerifyTest, AWrongExampleIsNamedThoughTheHashFits) {
  ShardSpec spec = random_spec(5, 2);
  spec.tokens[spec.sequence_starts[3]] = 2000;
  write_shard(directory_ / "train-1.h5", spec);
  list();
  expect_refused("train-1.h5 row 3 has the token id 2000");
  spec = random_spec(5, 2);
  spec.labels[4] = 9;
  write_shard(directory_ / "train-1.h5", spec);
  list();
  expect_refused("train-1.h5 row 4 has the class 9");
}

TEST_F(VerifyTest, ShardsMustAgree) {
  ShardSpec spec = random_spec(5, 2);
  spec.max_length = 65;
  write_shard(directory_ / "train-1.h5", spec);
  list();
  expect_refused("differ in max_length");
}

TEST_F(VerifyTest, AShardAloneIsHeldAgainstTheManifestBesideIt) {
  EXPECT_EQ(verify(directory_ / "train-0.h5", ignore).hashed_files, 1u);
  flip("train-0.h5", 5000);
  expect_error(ExitStatus::data, "other content", [&] { verify(directory_ / "train-0.h5", ignore); });
  fs::copy_file(directory_ / "train-1.h5", directory_ / "unlisted.h5");
  EXPECT_EQ(verify(directory_ / "unlisted.h5", ignore).hashed_files, 0u);
}

TEST_F(VerifyTest, DataWithoutAManifestAreReadAllTheSame) {
  fs::remove(directory_ / "manifest.json");
  fs::rename(directory_ / "train-0.h5", directory_ / "train.h5");
  fs::rename(directory_ / "train-1.h5", directory_ / "dev.h5");
  Verified const found = verify(directory_.path(), ignore);
  EXPECT_EQ(found.files, 2u);
  EXPECT_EQ(found.hashed_files, 0u);
  fs::resize_file(directory_ / "dev.h5", 3000);
  expect_refused("dev.h5 is truncated or damaged");
}

}  // namespace
}  // namespace tartan::data
