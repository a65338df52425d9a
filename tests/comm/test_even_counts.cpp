#include <tartan/comm/communicator.hpp>
#include <tartan/core/error.hpp>

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

namespace tartan::comm {
namespace {

using Counts = std::vector<std::size_t>;

TEST(EvenCounts, SplitsInMultiples) {
  EXPECT_EQ(even_counts(100, 2), (Counts{64, 36}));
  EXPECT_EQ(even_counts(20, 4), (Counts{16, 4, 0, 0}));
  EXPECT_EQ(even_counts(0, 3), (Counts{0, 0, 0}));
  EXPECT_EQ(even_counts(7, 3, 1), (Counts{3, 2, 2}));
  EXPECT_EQ(even_counts(7, 1), (Counts{7}));
}

TEST(EvenCounts, LosesNothingAndDiffersByOneBlockAtMost) {
  for (std::size_t count = 0; count < 700; count += 13)
    for (int parts = 1; parts < 9; ++parts) {
      auto const counts = even_counts(count, parts);
      EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::size_t{0}), count);
      EXPECT_LT(std::ranges::max(counts) - std::ranges::min(counts), 2 * std::size_t{16});
      auto const ragged = std::ranges::count_if(counts, [](std::size_t part) { return part % 16 != 0; });
      EXPECT_LE(ragged, 1);
    }
}

TEST(EvenCounts, RefusesNonsense) {
  EXPECT_THROW(even_counts(5, 0), Error);
  EXPECT_THROW(even_counts(5, 1, 0), Error);
}

}  // namespace
}  // namespace tartan::comm
