#include "data/expect_error.hpp"

#include <tartan/core/random.hpp>
#include <tartan/data/masking.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace tartan::data {
namespace {

using tartan::testing::expect_error;

constexpr std::int64_t words_begin = 10;
Key const key = Key(3).with("mask");

ShardInfo uncased() {
  ShardInfo info;
  info.vocab_size = 5000;
  info.pad_id = 0, info.unk_id = 1, info.cls_id = 2, info.sep_id = 3, info.mask_id = 4;
  return info;
}

//! The given examples, of 50 tokens each: cls, 47 words, an unk, sep. An example's words depend on its index alone.
PackedBatch batch_of(std::vector<std::uint64_t> const& examples) {
  PackedBatch batch;
  for (std::uint64_t const example : examples) {
    Stream words(Key(9).with(example));
    for (std::int64_t position = 0; position < 50; ++position) {
      batch.encoder.tokens.push_back(words_begin + static_cast<std::int64_t>(words.below(4990)));
      batch.encoder.positions.push_back(position);
    }
    auto const end = batch.encoder.tokens.end();
    *(end - 50) = 2, *(end - 2) = 1, *(end - 1) = 3;
    batch.encoder.sequence_starts.push_back(batch.encoder.num_tokens());
    batch.example_starts.push_back(batch.encoder.num_sequences());
    batch.examples.push_back(example);
    batch.example_keys.push_back(key.with(example).value());
  }
  return batch;
}

std::vector<std::uint64_t> first_examples(std::uint64_t count) {
  std::vector<std::uint64_t> examples(count);
  for (std::uint64_t example = 0; example < count; ++example) examples[example] = example;
  return examples;
}

struct Masked {
  PackedBatch before, after;
  std::int64_t at(std::size_t row) const { return after.encoder.tokens[static_cast<std::size_t>(after.rows[row])]; }
};

Masked mask(std::vector<std::uint64_t> const& examples, MaskingOptions const& options = {}) {
  Masked masked{batch_of(examples), batch_of(examples)};
  mask_tokens(masked.after, uncased(), options);
  return masked;
}

void expect_within_4_sigma(double hits, double draws, double chance) {
  EXPECT_LE(std::abs(hits - draws * chance), 4 * std::sqrt(draws * chance * (1 - chance))) << hits << " of " << draws;
}

TEST(Masking, RatesAreThoseOfBert) {
  Masked const masked = mask(first_examples(4256));
  double const words = 4256 * 47;  // 200,032
  auto const chosen = static_cast<double>(masked.after.rows.size());
  double masks = 0, randoms = 0;
  for (std::size_t row = 0; row < masked.after.rows.size(); ++row) {
    masks += masked.at(row) == 4;
    randoms += masked.at(row) != 4 && masked.at(row) != masked.after.targets[row];
  }
  expect_within_4_sigma(chosen, words, 0.15);
  expect_within_4_sigma(masks, chosen, 0.8 + 0.1 / 5000);
  expect_within_4_sigma(randoms, chosen, 0.1 * (1 - 2.0 / 5000));
  expect_within_4_sigma(chosen - masks - randoms, chosen, 0.1 + 0.1 / 5000);
}

TEST(Masking, TargetsAreTheTokensBefore) {
  Masked const masked = mask(first_examples(200));
  PackedBatch restored = masked.after;
  ASSERT_EQ(restored.rows.size(), restored.targets.size());
  ASSERT_GT(restored.rows.size(), 1000u);
  for (std::size_t row = 0; row < restored.rows.size(); ++row) {
    restored.encoder.tokens[static_cast<std::size_t>(restored.rows[row])] = restored.targets[row];
  }
  EXPECT_EQ(restored.encoder.tokens, masked.before.encoder.tokens);
  EXPECT_TRUE(std::is_sorted(restored.rows.begin(), restored.rows.end(), std::less_equal<>()));
}

TEST(Masking, SpecialTokensAreNeverChosen) {
  PackedBatch const batch = mask(first_examples(100), {.rate = 1.0}).after;
  EXPECT_EQ(batch.rows.size(), 4700u);
  for (std::int64_t const target : batch.targets) EXPECT_GE(target, words_begin);
}

TEST(Masking, RandomTokensCoverTheVocabularyEvenly) {
  PackedBatch const batch = mask(first_examples(4256), {.rate = 1.0, .mask_share = 0.0, .random_share = 1.0}).after;
  std::vector<double> tenths(10, 0);
  for (std::int64_t const row : batch.rows) {
    std::int64_t const token = batch.encoder.tokens[static_cast<std::size_t>(row)];
    ASSERT_GE(token, 0);
    ASSERT_LT(token, 5000);
    ++tenths[static_cast<std::size_t>(token / 500)];
  }
  for (double const hits : tenths) expect_within_4_sigma(hits, 4256 * 47, 0.1);
}

TEST(Masking, DrawsDoNotDependOnTheBatch) {
  std::vector<std::int64_t> const alone = mask({17}).after.encoder.tokens;
  std::vector<std::int64_t> const among = mask({5, 17, 3}).after.encoder.tokens;
  EXPECT_EQ(std::vector<std::int64_t>(among.begin() + 50, among.begin() + 100), alone);
}

TEST(Masking, DrawsDependOnTheKeyAlone) {
  PackedBatch first = batch_of({17});
  PackedBatch second = batch_of({17});
  PackedBatch third = batch_of({17});
  second.examples = {18};
  third.example_keys = {key.with(18).value()};
  for (PackedBatch* batch : {&first, &second, &third}) mask_tokens(*batch, uncased(), {});
  EXPECT_EQ(first.encoder.tokens, second.encoder.tokens);
  EXPECT_NE(first.encoder.tokens, third.encoder.tokens);
}

TEST(Masking, RateZeroChangesNothing) {
  Masked const masked = mask(first_examples(100), {.rate = 0.0});
  EXPECT_TRUE(masked.after.rows.empty());
  EXPECT_EQ(masked.after.encoder.tokens, masked.before.encoder.tokens);
}

TEST(Masking, RefusesWhatItCannotDo) {
  PackedBatch batch = batch_of({0});
  ShardInfo info = uncased();
  expect_error(ExitStatus::usage, "a rate of 1.5", [&] { mask_tokens(batch, info, {.rate = 1.5}); });
  expect_error(ExitStatus::usage, "shares of 0.8", [&] { mask_tokens(batch, info, {.random_share = 0.3}); });
  info.mask_id = -1;
  expect_error(ExitStatus::data, "has no mask token", [&] { mask_tokens(batch, info, {}); });
}

}  // namespace
}  // namespace tartan::data
