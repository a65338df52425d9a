#include "data/expect_error.hpp"
#include "data/fit_labels.hpp"
#include "data/shard_writer.hpp"

#include <tartan/data/dataset.hpp>
#include <tartan/data/labels.hpp>

#include <array>

namespace tartan::data {
namespace {

using tartan::testing::expect_error;
using namespace testing;
using Longs = std::vector<std::int64_t>;

class PassagesTest : public ::testing::Test {
 protected:
  //! Two windows of 4 and 5 tokens, then an example of one of 3.
  static ShardSpec spec() {
    ShardSpec spec;
    spec.kind = "span";
    add_example(spec, {{1, 5, 6, 2}, {1, 5, 6, 7, 2}}, 2);
    add_example(spec, {{1, 5, 2}}, -1);
    spec.texts = {{"caf\u00e9 noir", "noir"}, {""}};
    spec.token_offsets = {0, 0, 0, 5, 6, 10, 0, 0, 0, 0, 0, 5, 6, 8, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0};
    spec.places = {2, 2, 0, 0, -1, -1};
    return spec;
  }
  Dataset written(ShardSpec const& spec) const {
    write_shard(directory_ / "a.h5", spec);
    return Dataset::open(directory_ / "a.h5", "train");
  }
  void expect_row_refused(ShardSpec const& spec, std::uint64_t row, std::string const& problem) const {
    Dataset const data = written(spec);
    std::array<std::uint64_t, 1> const example = {row};
    expect_error(ExitStatus::data, "a.h5 row " + std::to_string(row) + " has " + problem, [&] { data.pack(example); });
  }
  //! Writes over one data set of a shard that is otherwise well.
  ShardSpec with_starts(std::string const& name, std::vector<std::uint64_t> const& starts) const {
    ShardSpec changed = spec();
    changed.omit = {name};
    changed.tamper = [=](hid_t file) { testing::writing::write_starts(file, PassagesTest::spec(), name, starts); };
    return changed;
  }
  TemporaryDirectory directory_;
};

TEST_F(PassagesTest, ComeWithTheBatch) {
  Dataset const data = written(spec());
  auto const batch = data.pack(std::array<std::uint64_t, 2>{1, 0});
  EXPECT_EQ(batch.label_places, (Longs{-1, -1, 2, 2, 0, 0}));
  ASSERT_EQ(batch.passages.size(), 2U);
  EXPECT_EQ(batch.passages[0].context, "");
  EXPECT_TRUE(batch.passages[0].answers.empty());
  EXPECT_EQ(batch.passages[1].context, "caf\u00e9 noir");
  EXPECT_EQ(batch.passages[1].answers, (std::vector<std::string_view>{"noir"}));
  EXPECT_EQ(batch.passages[1].offsets.size(), 18U);
  EXPECT_EQ(batch.passages[1].offsets[4], 6U);
  EXPECT_TRUE(is_unlabelled(data.info(), data.labels(1)));
  EXPECT_FALSE(is_unlabelled(data.info(), data.labels(0)));
}

TEST_F(PassagesTest, OtherStoragesAreCopied) {
  ShardSpec chunked = spec();
  chunked.storage = Storage::deflate;
  EXPECT_EQ(written(chunked).pack(std::array<std::uint64_t, 1>{0}).passages[0].answers[0], "noir");
}

TEST_F(PassagesTest, WhatLeadsAstrayIsRefused) {
  for (std::vector<std::int32_t> const& places :
       {std::vector<std::int32_t>{4, 4}, {2, 1}, {-1, 0}, {0, -1}, {-2, -2}, {1, 1000}}) {
    ShardSpec wrong = spec();
    std::ranges::copy(places, wrong.places.begin());
    expect_row_refused(wrong, 0, "an answer from token " + std::to_string(places[0]));
  }
  ShardSpec half = spec();  // an example of two windows, of which one has no label
  half.places = {2, 2, -1, -1, -1, -1};
  expect_row_refused(half, 0, "an answer in some of its sequences");
  for (std::uint32_t const end : {12U, 0xffffffffU}) {
    ShardSpec wrong = spec();
    wrong.token_offsets[5] = end;
    expect_row_refused(wrong, 0, "a token that stands outside its context");
  }
  ShardSpec backwards = spec();
  backwards.token_offsets[4] = 11;
  expect_row_refused(backwards, 0, "a token that stands outside its context");
  expect_row_refused(with_starts("example_texts", {0, 0, 3}), 0, "example_texts out of order");
  expect_row_refused(with_starts("example_texts", {0, 900, 3}), 0, "example_texts out of order");
  expect_row_refused(with_starts("text_starts", {0, 900, 16, 17}), 0, "text_starts out of order");
  expect_row_refused(with_starts("text_starts", {0, 11, 11, 17}), 0, "text_starts out of order");
}

TEST_F(PassagesTest, WordsLieOnTokens) {
  ShardSpec words = spec();
  words.kind = "token_class";
  words.places = {-2, 0, 2, -2, -2, 1, -1, -2, -2, -2, -1, -2};
  Dataset const data = written(words);
  auto const batch = data.pack(std::array<std::uint64_t, 1>{0});
  EXPECT_EQ(batch.label_places, (Longs{-2, 0, 2, -2, -2, 1, -1, -2, -2}));
  EXPECT_TRUE(is_unlabelled(data.info(), data.labels(1)));
  words.places[1] = 3;
  expect_row_refused(words, 0, "the class 3 (label_names has 3)");
  words.places[1] = -3;
  expect_row_refused(words, 0, "the class -3");
}

TEST_F(PassagesTest, LabelsOfOthersAreFitted) {
  Dataset const data = written(spec());
  auto batch = data.pack(std::array<std::uint64_t, 2>{0, 1});
  data.relabel(batch, std::array<std::uint64_t, 2>{1, 0});
  EXPECT_EQ(batch.label_places, (Longs{-1, -1, 2, 2, 0, 0}));
  fit_places(batch, {3, 3, 4, 90});
  EXPECT_EQ(batch.label_places, (Longs{3, 3, 4, 4, 2, 2}));
  batch.label_places = {-2, 0, 2, -2};
  fit_words(batch, {-2, 1, -2});
  EXPECT_EQ(batch.label_places, (Longs{-2, 1, 1, -2}));
}

}  // namespace
}  // namespace tartan::data
