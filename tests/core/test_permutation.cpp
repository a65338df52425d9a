#include "core/throws.hpp"

#include <tartan/core/random.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

namespace tartan {
namespace {

using testing::message_of;

std::vector<std::uint64_t> all_of(Permutation const& permutation) {
  std::vector<std::uint64_t> values;
  for (std::uint64_t i = 0; i < permutation.size(); ++i) values.push_back(permutation(i));
  return values;
}

double chi_square_bound(double degrees) { return degrees + 6 * std::sqrt(2 * degrees); }

TEST(Permutation, IsABijection) {
  std::vector<std::uint64_t> sizes = {1, 2, 3, 5, 6, 7, 100, 1000, 12'345};
  for (std::uint64_t power = 4; power <= 16'384; power *= 2)
    for (std::uint64_t const size : {power - 1, power, power + 1}) sizes.push_back(size);
  for (auto const size : sizes) {
    for (std::uint64_t key = 0; key < 3; ++key) {
      std::vector<int> seen(size);
      for (auto const value : all_of(Permutation(Key(key), size))) ++seen.at(value);
      ASSERT_EQ(seen, std::vector<int>(size, 1)) << size;
    }
  }
}

TEST(Permutation, KeyNamesIt) {
  EXPECT_EQ(all_of(Permutation(Key(1), 100)), all_of(Permutation(Key(1), 100)));
  EXPECT_NE(all_of(Permutation(Key(1), 100)), all_of(Permutation(Key(2), 100)));
}

TEST(Permutation, EveryOrderOfFewIsEquallyLikely) {
  constexpr int num_keys = 24'000;
  for (std::uint64_t const size : {2, 3, 4}) {
    std::map<std::vector<std::uint64_t>, int> counts;
    for (std::uint64_t key = 0; key < num_keys; ++key) ++counts[all_of(Permutation(Key(key).with("order"), size))];
    std::size_t const num_orders = size == 2 ? 2 : size == 3 ? 6 : 24;
    ASSERT_EQ(counts.size(), num_orders);
    double const expected = static_cast<double>(num_keys) / static_cast<double>(num_orders);
    double sum = 0;
    for (auto const& [order, count] : counts) sum += (count - expected) * (count - expected) / expected;
    EXPECT_LT(sum, chi_square_bound(static_cast<double>(num_orders) - 1)) << size;
  }
}

TEST(Permutation, EveryPlaceIsEquallyLikely) {
  constexpr int num_keys = 6'000;
  for (std::uint64_t const size : {5, 8, 13, 16, 17}) {
    std::vector<double> counts(size * size);
    for (std::uint64_t key = 0; key < num_keys; ++key) {
      auto const values = all_of(Permutation(Key(key).with("place"), size));
      for (std::uint64_t i = 0; i < size; ++i) ++counts[i * size + values[i]];
    }
    double const expected = num_keys / static_cast<double>(size);
    double sum = 0;
    for (double const count : counts) sum += (count - expected) * (count - expected) / expected;
    double const degrees = static_cast<double>((size - 1) * (size - 1));
    EXPECT_LT(sum, chi_square_bound(degrees)) << size;
  }
}

TEST(Permutation, LeavesNoTraceOfTheOrder) {
  constexpr std::uint64_t size = 50'000;
  Permutation const permutation(Key(5), size);
  double const middle = (size - 1) / 2.0;
  double with_index = 0, with_next = 0, last = middle;
  int fixed = 0;
  for (std::uint64_t i = 0; i < size; ++i) {
    double const value = static_cast<double>(permutation(i));
    with_index += (static_cast<double>(i) - middle) * (value - middle);
    with_next += (last - middle) * (value - middle);
    fixed += permutation(i) == i;
    last = value;
  }
  double const variance_sum = size * (static_cast<double>(size) * size - 1) / 12;
  EXPECT_NEAR(with_index / variance_sum, 0, 6 / std::sqrt(size));
  EXPECT_NEAR(with_next / variance_sum, 0, 6 / std::sqrt(size));
  EXPECT_LE(fixed, 8);  // Poisson with mean 1
}

TEST(Permutation, HoldsForCorporaThatCannotBeStored) {
  constexpr std::uint64_t size = (1ull << 40) + 1;
  Permutation const permutation(Key(6), size);
  std::map<std::uint64_t, int> seen;
  for (std::uint64_t i = 0; i < 1000; ++i) ++seen[permutation(i)];
  for (std::uint64_t i = size - 1000; i < size; ++i) ++seen[permutation(i)];
  EXPECT_EQ(seen.size(), 2000u);
  EXPECT_LT(seen.rbegin()->first, size);
  EXPECT_GT(seen.rbegin()->first, size / 2);
}

TEST(Permutation, RefusesAnIndexBeyondItsEnd) {
  message_of(ExitStatus::bug, [] { Permutation(Key(1), 5)(5); });
  message_of(ExitStatus::bug, [] { Permutation(Key(1), 0)(0); });
}

}  // namespace
}  // namespace tartan
