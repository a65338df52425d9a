#include "data/expect_error.hpp"
#include "data/shard_writer.hpp"

#include <tartan/data/dataset.hpp>

#include <numeric>

namespace tartan::data {
namespace {

using tartan::testing::expect_error;
using testing::random_spec;
using testing::ShardSpec;
using testing::TemporaryDirectory;
using testing::write_shard;
using Longs = std::vector<std::int64_t>;
using Examples = std::vector<std::uint64_t>;

Dataset written(TemporaryDirectory const& directory, ShardSpec const& spec) {
  write_shard(directory / "train.h5", spec);
  return Dataset::open(directory.path(), "train");
}

TEST(Dataset, PacksExamplesInTheGivenOrder) {
  TemporaryDirectory const directory;
  ShardSpec spec;
  testing::add_example(spec, {{1, 10, 2}, {1, 11, 12, 2}}, 2);
  testing::add_example(spec, {{1, 20, 2}}, -1);
  testing::add_example(spec, {{1, 30, 31, 2}}, 0);
  Dataset const data = written(directory, spec);
  PackedBatch const batch = data.pack(Examples{2, 0, 2});
  EXPECT_EQ(batch.encoder.tokens, (Longs{1, 30, 31, 2, 1, 10, 2, 1, 11, 12, 2, 1, 30, 31, 2}));
  EXPECT_EQ(batch.encoder.positions, (Longs{0, 1, 2, 3, 0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 3}));
  EXPECT_EQ(batch.encoder.sequence_starts, (Longs{0, 4, 7, 11, 15}));
  EXPECT_EQ(batch.example_starts, (Longs{0, 1, 3, 4}));
  EXPECT_EQ(batch.class_labels, (Longs{0, 2, 0}));
  EXPECT_EQ(batch.examples, (Examples{2, 0, 2}));
  EXPECT_TRUE(batch.encoder.segments.empty());
  EXPECT_TRUE(batch.rows.empty());
  EXPECT_EQ(batch.encoder.longest(), 4);
  EXPECT_EQ(data.length(0), 7);
  EXPECT_EQ(data.describe_row(1), (directory / "train.h5").string() + " row 1");
}

TEST(Dataset, KindTextPacksNoLabels) {
  TemporaryDirectory const directory;
  ShardSpec spec = random_spec(10, 1);
  spec.kind = "text";
  EXPECT_TRUE(written(directory, spec).pack(Examples{0, 1}).class_labels.empty());
}

TEST(Dataset, PacksSegments) {
  TemporaryDirectory const directory;
  ShardSpec spec;
  testing::add_example(spec, {{1, 10, 2}}, 0);
  testing::add_example(spec, {{1, 20, 2}}, 0);
  spec.segments = {0, 0, 1, 0, 1, 1};
  EXPECT_EQ(written(directory, spec).pack(Examples{1, 0}).encoder.segments, (Longs{0, 1, 1, 0, 0, 1}));
}

TEST(Dataset, StaysValidWhenMoved) {
  TemporaryDirectory const directory;
  Dataset first = written(directory, random_spec(10, 1));
  auto const before = first.pack(Examples{3, 9}).encoder.tokens;
  Dataset const second = std::move(first);
  EXPECT_EQ(second.pack(Examples{3, 9}).encoder.tokens, before);
}

TEST(Dataset, MissingSplitIsUsage) {
  TemporaryDirectory const directory;
  expect_error(ExitStatus::usage, "dev.h5", [&] { Dataset::open(directory.path(), "dev"); });
  expect_error(ExitStatus::usage, "nothing", [&] { Dataset::open(directory / "nothing", "dev"); });
}

TEST(Dataset, UnlabelledExamplesNeedNoLabelNames) {
  TemporaryDirectory const directory;
  ShardSpec spec;
  for (int example = 0; example < 3; ++example) testing::add_example(spec, {{1, 10, 11, 2}}, -1);
  spec.omit = {"label_names"};
  Dataset const data = written(directory, spec);
  EXPECT_TRUE(data.info().label_names.empty());
  EXPECT_EQ(data.pack(Examples{2}).encoder.tokens, (std::vector<std::int64_t>{1, 10, 11, 2}));
}

struct BadRow {
  char const* name;
  char const* words;
  std::function<void(ShardSpec&)> spoil;  // row 1 of three
};

void PrintTo(BadRow const& bad, std::ostream* out) { *out << bad.name; }

class DatasetRow : public ::testing::TestWithParam<BadRow> {};

TEST_P(DatasetRow, IsRefusedByNameAndOthersArePacked) {
  TemporaryDirectory const directory;
  ShardSpec spec;
  for (int example = 0; example < 3; ++example) testing::add_example(spec, {{1, 10, 11, 2}, {1, 12, 2}}, 0);
  spec.max_length = 4;
  GetParam().spoil(spec);
  Dataset const data = written(directory, spec);
  expect_error(ExitStatus::data, "train.h5 row 1 " + std::string(GetParam().words), [&] { data.pack(Examples{1}); });
}

constexpr std::uint64_t far_away = std::uint64_t{1} << 62;

INSTANTIATE_TEST_SUITE_P(
    Each, DatasetRow,
    ::testing::Values(
        BadRow{"TokenId", "has the token id 1000 (vocab_size is 1000)", [](ShardSpec& spec) { spec.tokens[9] = 1000; }},
        BadRow{"LabelHigh", "has the class 3 (label_names has 3)", [](ShardSpec& spec) { spec.labels[1] = 3; }},
        BadRow{"LabelWithoutNames", "has the class 0 (label_names has 0)",
               [](ShardSpec& spec) { spec.omit = {"label_names"}; }},
        BadRow{"LabelLow", "has the class -2", [](ShardSpec& spec) { spec.labels[1] = -2; }},
        BadRow{"TooLong", "has a sequence of 5 tokens (max_length is 4)",
               [](ShardSpec& spec) { ++spec.sequence_starts[3]; }},
        BadRow{"EmptySequence", "has sequence_starts out of order",
               [](ShardSpec& spec) { spec.sequence_starts[3] = 7; }},
        BadRow{"SequenceBackwards", "has sequence_starts out of order",
               [](ShardSpec& spec) { spec.sequence_starts[3] = 2; }},
        BadRow{"SequenceFarAway", "has sequence_starts out of order",
               [](ShardSpec& spec) { spec.sequence_starts[3] = far_away; }},
        BadRow{"EndFarAway", "has sequence_starts out of order",
               [](ShardSpec& spec) { spec.sequence_starts[4] = far_away; }},
        BadRow{"NoSequence", "has example_starts out of order", [](ShardSpec& spec) { spec.example_starts[2] = 2; }},
        BadRow{"ExampleBackwards", "has example_starts out of order",
               [](ShardSpec& spec) { spec.example_starts[2] = 1; }},
        BadRow{"ExampleFarAway", "has example_starts out of order",
               [](ShardSpec& spec) { spec.example_starts[2] = far_away; }}),
    [](auto const& test) { return std::string(test.param.name); });

TEST(Dataset, LengthOfAHostileRowIsRefused) {
  TemporaryDirectory const directory;
  ShardSpec spec = random_spec(3, 1);
  spec.example_starts[2] = far_away;
  Dataset const data = written(directory, spec);
  expect_error(ExitStatus::data, "row 1 has example_starts out of order", [&] { data.length(1); });
}

}  // namespace
}  // namespace tartan::data
