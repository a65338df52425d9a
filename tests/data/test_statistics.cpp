#include "data/expect_error.hpp"
#include "data/shard_writer.hpp"

#include <tartan/data/statistics.hpp>

#include <gtest/gtest.h>

namespace tartan::data {
namespace {

using tartan::testing::expect_error;
using testing::add_example;
using testing::random_spec;
using testing::ShardSpec;
using testing::TemporaryDirectory;
using testing::write_shard;
using Counts = std::map<std::int64_t, std::uint64_t>;

Dataset written(TemporaryDirectory const& directory, ShardSpec const& spec) {
  write_shard(directory / "train.h5", spec);
  return Dataset::open(directory.path(), "train");
}

ShardSpec small_spec() {
  ShardSpec spec;
  add_example(spec, {{1, 4, 2}, {1, 4, 4, 12, 2}}, 2);
  add_example(spec, {{1, 20, 2}}, -1);
  add_example(spec, {{1, 30, 31, 32, 2}}, 2);
  return spec;
}

TEST(Statistics, CountsSequencesAndLabels) {
  TemporaryDirectory const directory;
  Statistics const found = measure(written(directory, small_spec()));
  EXPECT_EQ(found.lengths.counts(), (Counts{{3, 2}, {5, 2}}));
  EXPECT_EQ(found.lengths.sequences(), 4u);
  EXPECT_EQ(found.labels, (std::vector<std::uint64_t>{0, 0, 2}));
  EXPECT_EQ(found.unlabelled, 1u);
}

TEST(Statistics, LengthsAreSummedUp) {
  Lengths lengths;
  for (std::int64_t const length : {9, 2, 4, 2, 13}) lengths.add(length);
  EXPECT_DOUBLE_EQ(lengths.mean(), 6);
  EXPECT_EQ(lengths.median(), 4);
  EXPECT_EQ(lengths.longest(), 13);
  EXPECT_EQ(lengths.of(2), 2u);
  EXPECT_EQ(lengths.of(3), 0u);
  EXPECT_EQ(lengths.between(3, 9), 2u);
  lengths.add(5);
  EXPECT_EQ(lengths.median(), 4);  // the lower of the two in the middle
}

TEST(Statistics, NothingHasLengthZero) {
  Lengths const none;
  EXPECT_EQ(none.mean(), 0);
  EXPECT_EQ(none.median(), 0);
  EXPECT_EQ(none.longest(), 0);
}

TEST(Statistics, AgreeWithPacking) {
  TemporaryDirectory const directory;
  Dataset const data = written(directory, random_spec(200, 5));
  Statistics const found = measure(data);
  std::uint64_t tokens = 0, labelled = 0;
  for (auto const& [length, count] : found.lengths.counts()) tokens += static_cast<std::uint64_t>(length) * count;
  for (std::uint64_t const count : found.labels) labelled += count;
  EXPECT_EQ(tokens, data.num_tokens());
  EXPECT_EQ(found.lengths.sequences(), data.num_sequences());
  EXPECT_EQ(labelled + found.unlabelled, data.size());
}

TEST(Statistics, CountsOneToken) {
  TemporaryDirectory const directory;
  Dataset const data = written(directory, small_spec());
  EXPECT_EQ(count_token(data, 4), 3u);
  EXPECT_EQ(count_token(data, 999), 0u);
}

TEST(Statistics, WrongOffsetsAndLabelsAreNamed) {
  TemporaryDirectory const directory;
  ShardSpec spec = small_spec();
  spec.sequence_starts[2] = 2;
  expect_error(ExitStatus::data, "row 0 has sequence_starts out of order", [&] { measure(written(directory, spec)); });
  spec = small_spec();
  spec.max_length = 4;
  expect_error(ExitStatus::data, "row 0 has a sequence of 5 tokens", [&] { measure(written(directory, spec)); });
  spec = small_spec();
  spec.labels[1] = 3;
  expect_error(ExitStatus::data, "row 1 has the class 3", [&] { measure(written(directory, spec)); });
}

}  // namespace
}  // namespace tartan::data
