#include "core/throws.hpp"

#include <tartan/core/random.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace tartan {
namespace {

using testing::message_of;
using Block = std::array<std::uint32_t, 4>;

// Written after the paper, with all four counter words, so that all of Random123's published answers apply to it.
Block philox_by_the_paper(Block counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    if (round > 0) key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
    std::uint64_t const first = 0xD2511F53ull * counter[0];
    std::uint64_t const second = 0xCD9E8D57ull * counter[2];
    auto const high = [](std::uint64_t product) { return static_cast<std::uint32_t>(product >> 32); };
    auto const low = [](std::uint64_t product) { return static_cast<std::uint32_t>(product); };
    counter = {high(second) ^ counter[1] ^ key[0], low(second), high(first) ^ counter[3] ^ key[1], low(first)};
  }
  return counter;
}

double chi_square(std::vector<int> const& counts, double expected) {
  double sum = 0;
  for (int const count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

// Mean plus 6 standard deviations of the chi-square distribution.
double chi_square_bound(double degrees) { return degrees + 6 * std::sqrt(2 * degrees); }

TEST(Philox, PublishedAnswers) {
  EXPECT_EQ(philox(Key(0), 0), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox_by_the_paper({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox_by_the_paper({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox_by_the_paper({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, EqualsThePaperWhereTheUpperCounterIsZero) {
  std::uint64_t value = 0x243f6a8885a308d3;
  for (int i = 0; i < 1000; ++i) {
    std::uint64_t const key = value *= 6364136223846793005, counter = value = value * 6364136223846793005 + 1;
    std::array const halves = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
    Block const words = {static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0};
    ASSERT_EQ(philox(Key(key), counter), philox_by_the_paper(words, halves));
  }
}

// Values of Python's xxhash: a change of the derivation would silently change every run.
TEST(Key, DerivationIsPinned) {
  EXPECT_EQ(Key(7).with("joint").value(), 0x7753891260798a91);
  EXPECT_EQ(Key(7).with(std::uint64_t{3}).value(), 0x87e4ab4fadb8494c);
}

TEST(Key, PartsAreIndependent) {
  using namespace std::string_view_literals;
  Key const key(1);
  std::vector const keys = {key,
                            Key(2),
                            key.with(0),
                            key.with(1),
                            key.with(1).with(1),
                            key.with(256),
                            key.with(""),
                            key.with("1"),
                            key.with("\1"sv),
                            key.with("\1\0\0\0"sv),
                            key.with("\1\0\0\0\0\0\0\0"sv),
                            key.with("ab").with("c"),
                            key.with("a").with("bc"),
                            key.with("abc"),
                            key.with("c").with("ab"),
                            key.with("a").with(1),
                            key.with(1).with("a")};
  std::set<std::uint64_t> values;
  for (auto const& one : keys) values.insert(one.value());
  EXPECT_EQ(values.size(), keys.size());
  EXPECT_EQ(key.with("tapt").with(3), Key(1).with("tapt").with(3));
}

TEST(Key, NeighboursFlipHalfOfTheBits) {
  double flipped = 0;
  for (std::uint64_t i = 0; i < 4000; ++i)
    flipped += std::popcount(Key(i).with(i).value() ^ Key(i).with(i + 1).value());
  EXPECT_NEAR(flipped / 4000, 32, 6 * 4 / std::sqrt(4000.0));
}

TEST(Stream, ReadsTheBlocksInOrder) {
  Stream stream(Key(9));
  for (std::uint64_t counter = 0; counter < 3; ++counter)
    for (auto const word : philox(Key(9), counter)) EXPECT_EQ(stream.bits(), word);
}

TEST(Stream, UniformIsUniform) {
  constexpr int num_draws = 200'000;
  Stream stream(Key(1).with("uniform"));
  std::vector<int> counts(64);
  double sum = 0, squares = 0, products = 0, last = 0.5;
  for (int i = 0; i < num_draws; ++i) {
    double const draw = stream.uniform();
    ASSERT_TRUE(draw >= 0 && draw < 1);
    ++counts[static_cast<std::size_t>(draw * 64)];
    sum += draw;
    squares += draw * draw;
    products += (draw - 0.5) * (last - 0.5);
    last = draw;
  }
  EXPECT_NEAR(sum / num_draws, 0.5, 6 * std::sqrt(1.0 / 12 / num_draws));
  EXPECT_NEAR(squares / num_draws, 1.0 / 3, 6 * std::sqrt(4.0 / 45 / num_draws));
  EXPECT_NEAR(products / num_draws, 0, 6.0 / 12 / std::sqrt(num_draws));
  EXPECT_LT(chi_square(counts, num_draws / 64.0), chi_square_bound(63));
}

TEST(Stream, BelowIsUnbiased) {
  for (std::uint64_t const bound : {2, 3, 5, 8, 10, 17}) {
    Stream stream(Key(2).with(bound));
    std::vector<int> counts(bound);
    constexpr int num_draws = 60'000;
    for (int i = 0; i < num_draws; ++i) ++counts.at(stream.below(bound));
    double const degrees = static_cast<double>(bound) - 1;
    EXPECT_LT(chi_square(counts, num_draws / static_cast<double>(bound)), chi_square_bound(degrees)) << bound;
  }
}

TEST(Stream, BelowAtItsEnds) {
  Stream stream(Key(3));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.below(1), 0u);
  constexpr int num_draws = 10'000;
  for (std::uint64_t const bound : {(1ull << 32) - 1, 1ull << 32, (1ull << 33) + 1, (1ull << 63) + 1, ~0ull}) {
    double sum = 0;
    for (int i = 0; i < num_draws; ++i) {
      std::uint64_t const draw = stream.below(bound);
      ASSERT_LT(draw, bound);
      sum += static_cast<double>(draw) / static_cast<double>(bound);
    }
    EXPECT_NEAR(sum / num_draws, 0.5, 6 * std::sqrt(1.0 / 12 / num_draws)) << bound;
  }
  message_of(ExitStatus::bug, [&] { stream.below(0); });
}

TEST(Stream, NormalHasItsMoments) {
  constexpr int num_draws = 200'000;
  Stream stream(Key(4));
  std::array<double, 4> moments{};
  int beyond = 0;
  for (int i = 0; i < num_draws; ++i) {
    double const draw = stream.normal();
    ASSERT_TRUE(std::isfinite(draw));
    for (std::size_t power = 0; power < 4; ++power) moments[power] += std::pow(draw, power + 1) / num_draws;
    beyond += std::abs(draw) > 1.959964;
  }
  double const six = 6 / std::sqrt(num_draws);
  EXPECT_NEAR(moments[0], 0, six);
  EXPECT_NEAR(moments[1], 1, six * std::sqrt(2));
  EXPECT_NEAR(moments[2], 0, six * std::sqrt(15));
  EXPECT_NEAR(moments[3], 3, six * std::sqrt(96));
  EXPECT_NEAR(beyond / double{num_draws}, 0.05, six * std::sqrt(0.05 * 0.95));
}

}  // namespace
}  // namespace tartan
