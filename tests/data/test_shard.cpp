#include "data/shard_writer.hpp"

#include <tartan/data/shard.hpp>

#include <gtest/gtest.h>

namespace tartan::data {
namespace {

using testing::random_spec;
using testing::ShardSpec;
using testing::Storage;
using testing::Strings;
using testing::TemporaryDirectory;

std::vector<std::int64_t> all_tokens(Shard const& shard) {
  std::vector<std::int64_t> tokens;
  shard.copy_tokens(0, shard.num_tokens(), tokens);
  return tokens;
}

void expect_holds(Shard const& shard, ShardSpec const& spec) {
  EXPECT_EQ(all_tokens(shard), std::vector<std::int64_t>(spec.tokens.begin(), spec.tokens.end()));
  ASSERT_EQ(shard.num_sequences() + 1, spec.sequence_starts.size());
  ASSERT_EQ(shard.num_examples(), spec.num_examples());
  for (std::size_t row = 0; row <= spec.num_examples(); ++row) {
    EXPECT_EQ(shard.example_start(row), spec.example_starts[row]);
    EXPECT_EQ(shard.sequence_start(row), spec.sequence_starts[row]);
  }
  for (std::size_t row = 0; row < spec.num_examples(); ++row) {
    EXPECT_EQ(shard.labels(row, row + 1)[0], static_cast<float>(spec.labels[row]));
    EXPECT_EQ(shard.example_id(row), "e" + std::to_string(row));
  }
}

Shard written(TemporaryDirectory const& directory, ShardSpec const& spec) {
  auto const path = directory / "train.h5";
  testing::write_shard(path, spec);
  return Shard(path);
}

TEST(Shard, ReadsAttributes) {
  TemporaryDirectory const directory;
  for (Strings const strings : {Strings::variable, Strings::fixed}) {
    ShardSpec spec = random_spec(3, 1);
    spec.strings = strings;
    ShardInfo const info = written(directory, spec).info();
    EXPECT_EQ(info.version, 1);
    EXPECT_EQ(info.kind, "class");
    EXPECT_EQ(info.tokenizer_sha256, std::string(64, 'a'));
    EXPECT_EQ(info.vocab_size, 1000);
    EXPECT_EQ(info.max_length, 64);
    EXPECT_EQ(info.mask_id, 3);
    EXPECT_EQ(info.unk_id, 4);
    EXPECT_EQ(info.source, "test.jsonl");
    EXPECT_EQ(info.created_with, "shard_writer.hpp");
    EXPECT_EQ(info.label_names, spec.label_names);
  }
}

TEST(Shard, UnkIdIsOptional) {
  TemporaryDirectory const directory;
  ShardSpec spec = random_spec(3, 1);
  spec.omit = {"unk_id"};
  EXPECT_EQ(written(directory, spec).info().unk_id, -1);
}

TEST(Shard, KindTextNeedsNoLabels) {
  TemporaryDirectory const directory;
  ShardSpec spec = random_spec(3, 1);
  spec.kind = "text";
  EXPECT_EQ(written(directory, spec).num_examples(), 3u);
}

TEST(Shard, EveryStorageReadsTheSame) {
  TemporaryDirectory const directory;
  for (std::size_t const token_bytes : {2u, 4u})
    for (Storage const storage : {Storage::contiguous, Storage::chunked, Storage::deflate, Storage::fletcher32})
      for (bool const big_endian : {false, true}) {
        ShardSpec spec = random_spec(300, 2);
        spec.token_bytes = token_bytes;
        spec.storage = storage;
        spec.big_endian = big_endian;
        spec.strings = big_endian ? Strings::fixed : Strings::variable;
        Shard const shard = written(directory, spec);
        EXPECT_EQ(shard.is_mapped(), storage == Storage::contiguous && !big_endian);
        expect_holds(shard, spec);
      }
}

TEST(Shard, MisalignedSetsAreCopied) {
  TemporaryDirectory const directory;
  for (std::size_t const more : {0u, 1u, 2u, 3u}) {
    ShardSpec spec = random_spec(5, 3);
    spec.alignment = 1;
    testing::add_example(spec, {std::vector<std::uint32_t>(1 + more, 7)}, 0);  // shifts what follows by 2 bytes each
    expect_holds(written(directory, spec), spec);
  }
}

TEST(Shard, ReadsSegmentsAndIntegerIds) {
  TemporaryDirectory const directory;
  ShardSpec spec = random_spec(4, 4);
  spec.segments.resize(spec.tokens.size());
  spec.segments.back() = 1;
  spec.integer_ids = {-5, 0, 7, std::int64_t{1} << 40};
  Shard const shard = written(directory, spec);
  ASSERT_TRUE(shard.has_segments());
  std::vector<std::int64_t> segments;
  shard.copy_segments(shard.num_tokens() - 2, shard.num_tokens(), segments);
  EXPECT_EQ(segments, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(shard.example_id(0), "-5");
  EXPECT_EQ(shard.example_id(3), "1099511627776");
}

TEST(Shard, LeavesNoHandleOpen) {
  TemporaryDirectory const directory;
  Shard const shard = written(directory, random_spec(4, 5));
  EXPECT_EQ(shard.example_id(2), "e2");
  EXPECT_EQ(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL), 0);
}

TEST(Shard, MoveKeepsValues) {
  TemporaryDirectory const directory;
  ShardSpec const spec = random_spec(4, 6);
  Shard first = written(directory, spec);
  Shard const second = std::move(first);
  expect_holds(second, spec);
}

}  // namespace
}  // namespace tartan::data
