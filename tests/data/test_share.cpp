#include <tartan/data/sampler.hpp>

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace tartan::data {
namespace {

using Longs = std::vector<std::int64_t>;
using Shares = std::vector<std::vector<std::size_t>>;

Longs random_lengths(std::size_t count) {
  std::mt19937 random(7);
  Longs lengths(count);
  for (auto& length : lengths) length = 1 + static_cast<std::int64_t>(random() % 128);
  return lengths;
}

std::int64_t tokens_of(std::vector<std::size_t> const& share_of_rank, Longs const& lengths) {
  return std::accumulate(share_of_rank.begin(), share_of_rank.end(), std::int64_t{0},
                         [&](std::int64_t sum, std::size_t example) { return sum + lengths[example]; });
}

void expect_each_once(Shares const& shares, std::size_t count) {
  std::vector<int> seen(count, 0);
  for (auto const& share_of_rank : shares) {
    EXPECT_TRUE(std::is_sorted(share_of_rank.begin(), share_of_rank.end()));
    for (std::size_t const example : share_of_rank) ++seen.at(example);
  }
  EXPECT_EQ(seen, std::vector<int>(count, 1));
}

TEST(Share, EachExampleOnceAndBalanced) {
  for (std::size_t const ranks : {1u, 2u, 3u, 8u})
    for (std::size_t const count : {0u, 1u, 5u, 64u, 513u}) {
      Longs const lengths = random_lengths(count);
      Longs loads(ranks, 0);
      Shares const shares = share(lengths, loads, 0);
      expect_each_once(shares, count);
      for (std::size_t rank = 0; rank < ranks; ++rank) EXPECT_EQ(loads[rank], tokens_of(shares[rank], lengths));
      auto const [low, high] = std::minmax_element(loads.begin(), loads.end());
      EXPECT_LE(*high - *low, lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end()));
    }
}

TEST(Share, LoadsAreRespectedInWhateverOrder) {
  Longs const lengths = random_lengths(400);
  Longs start{4000, 0, 900, 2000};
  std::sort(start.begin(), start.end());
  do {
    Longs loads = start;
    Shares const shares = share(lengths, loads, 0);
    expect_each_once(shares, lengths.size());
    for (std::size_t rank = 0; rank < 4; ++rank) EXPECT_EQ(loads[rank], start[rank] + tokens_of(shares[rank], lengths));
    EXPECT_LE(*std::max_element(loads.begin(), loads.end()) - *std::min_element(loads.begin(), loads.end()), 128);
  } while (std::next_permutation(start.begin(), start.end()));
}

TEST(Share, OverloadedRank0GetsItsMinimumOnly) {
  Longs const lengths = random_lengths(64);
  Longs loads{1'000'000, 0, 0, 0};
  Shares const shares = share(lengths, loads, 3);
  expect_each_once(shares, 64);
  EXPECT_EQ(shares[0], (std::vector<std::size_t>{0, 1, 2}));  // whatever their lengths
  EXPECT_EQ(loads[0], 1'000'000 + tokens_of(shares[0], lengths));
}

TEST(Share, MinimumIsAtMostTheFairShare) {
  Longs loads{1'000'000, 0, 0};
  EXPECT_EQ(share(random_lengths(7), loads, 100)[0].size(), 2u);
}

TEST(Share, TiesGoToTheLowerRank) {
  Longs loads(3, 0);
  EXPECT_EQ(share({5, 5, 5, 5}, loads, 0), (Shares{{0, 3}, {1}, {2}}));
}

TEST(Share, CarriesLoadsFromTaskToTask) {
  Longs loads(2, 0);
  share({10}, loads, 0);
  EXPECT_EQ(share({4}, loads, 0), (Shares{{}, {0}}));
  EXPECT_EQ(loads, (Longs{10, 4}));
}

}  // namespace
}  // namespace tartan::data
