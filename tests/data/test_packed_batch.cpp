#include <tartan/data/packed_batch.hpp>

#include <gtest/gtest.h>

namespace tartan::data {
namespace {

using Longs = std::vector<std::int64_t>;

PackedBatch labelled() {
  PackedBatch batch;
  batch.encoder = {{1, 10, 2, 1, 2}, {0, 1, 2, 0, 1}, {}, {0, 3, 5}};
  batch.example_starts = {0, 2};
  batch.examples = {7};
  batch.class_labels = {1};
  batch.rows = {0};
  batch.targets = {1};
  return batch;
}

PackedBatch masked() {
  PackedBatch batch;
  batch.encoder = {{1, 3, 12, 2, 1, 2}, {0, 1, 2, 3, 0, 1}, {0, 0, 1, 1, 1, 1}, {0, 4, 6}};
  batch.example_starts = {0, 1, 2};
  batch.examples = {4, 9};
  batch.rows = {1, 2};
  batch.targets = {11, 12};
  return batch;
}

TEST(PackedBatch, ConcatenatePutsPartsEndToEnd) {
  PackedBatch const first = labelled(), second = masked();
  PackedBatch const all = concatenate({&first, &second, &first});
  EXPECT_EQ(all.encoder.tokens, (Longs{1, 10, 2, 1, 2, 1, 3, 12, 2, 1, 2, 1, 10, 2, 1, 2}));
  EXPECT_EQ(all.encoder.positions, (Longs{0, 1, 2, 0, 1, 0, 1, 2, 3, 0, 1, 0, 1, 2, 0, 1}));
  EXPECT_EQ(all.encoder.segments, (Longs{0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(all.encoder.sequence_starts, (Longs{0, 3, 5, 9, 11, 14, 16}));
  EXPECT_EQ(all.example_starts, (Longs{0, 2, 3, 4, 6}));
  EXPECT_EQ(all.examples, (std::vector<std::uint64_t>{7, 4, 9, 7}));
  EXPECT_EQ(all.class_labels, (Longs{1, -1, -1, 1}));
  EXPECT_EQ(all.rows, (Longs{0, 6, 7, 11}));
  EXPECT_EQ(all.targets, (Longs{1, 11, 12, 1}));
  EXPECT_EQ(all.encoder.longest(), 4);
}

TEST(PackedBatch, ConcatenateOfOneIsThatOne) {
  PackedBatch const only = labelled();
  PackedBatch const all = concatenate({&only});
  EXPECT_EQ(all.encoder.tokens, only.encoder.tokens);
  EXPECT_EQ(all.rows, only.rows);
  EXPECT_TRUE(all.encoder.segments.empty());
}

TEST(PackedBatch, ConcatenateOfNoneIsEmpty) {
  PackedBatch const none = concatenate({});
  EXPECT_EQ(none.encoder.num_tokens(), 0);
  EXPECT_EQ(none.encoder.num_sequences(), 0);
  EXPECT_EQ(none.example_starts, (Longs{0}));
  EXPECT_EQ(none.encoder.longest(), 0);
}

}  // namespace
}  // namespace tartan::data
