#pragma once

#include "subject.hpp"

namespace tartan::comm::suite {

template <class Number>
class Calls : public ::testing::Test {};
using Numbers = ::testing::Types<float, double, std::int64_t, std::uint8_t>;
TYPED_TEST_SUITE(Calls, Numbers);

TYPED_TEST(Calls, AllReduceSums) {
  auto values = whole_numbers<TypeParam>(own_rank(), 1001);
  subject().all_reduce(values.data(), values.size(), type_of<TypeParam>()).wait();
  EXPECT_EQ(values, sum_over_ranks<TypeParam>(1001));
}

TYPED_TEST(Calls, AllReduceFindsExtremes) {
  auto const rank = static_cast<TypeParam>(own_rank());
  std::vector<TypeParam> largest{rank, 7}, smallest{static_cast<TypeParam>(rank + 1), 7};
  subject().all_reduce(largest.data(), 2, type_of<TypeParam>(), Op::max).wait();
  subject().all_reduce(smallest.data(), 2, type_of<TypeParam>(), Op::min).wait();
  EXPECT_EQ(largest, (std::vector<TypeParam>{static_cast<TypeParam>(num_ranks() - 1), 7}));
  EXPECT_EQ(smallest, (std::vector<TypeParam>{1, 7}));
}

TYPED_TEST(Calls, ReduceScatterGivesEachRankItsPartOfTheSum) {
  for (auto const& counts : {uneven_counts(), equal_counts(), long_counts()}) {
    auto const values = whole_numbers<TypeParam>(own_rank(), total(counts));
    auto const before = values;
    std::vector<TypeParam> shard(counts[own_rank()]);
    subject().reduce_scatter(values.data(), shard.data(), counts, type_of<TypeParam>()).wait();
    EXPECT_TRUE(shard == own_part(sum_over_ranks<TypeParam>(values.size()), counts));
    EXPECT_TRUE(values == before);
  }
}

TYPED_TEST(Calls, AllGatherLaysShardsEndToEnd) {
  for (auto const& counts : {uneven_counts(), equal_counts(), long_counts()}) {
    auto const whole = whole_numbers<TypeParam>(0, total(counts));
    auto const shard = own_part(whole, counts);
    std::vector<TypeParam> gathered(whole.size());
    subject().all_gather(shard.data(), gathered.data(), counts, type_of<TypeParam>()).wait();
    EXPECT_TRUE(gathered == whole);
  }
}

TYPED_TEST(Calls, ScatterHandsOutRootsStretches) {
  int const root = subject().size() - 1;
  for (auto const& counts : {uneven_counts(), equal_counts(), long_counts()}) {
    auto const whole = whole_numbers<TypeParam>(0, total(counts));
    bool const is_root = subject().rank() == root;
    std::vector<TypeParam> shard(counts[own_rank()]);
    subject().scatter(is_root ? whole.data() : nullptr, shard.data(), counts, type_of<TypeParam>(), root).wait();
    EXPECT_TRUE(shard == own_part(whole, counts));
  }
}

TYPED_TEST(Calls, BroadcastCopiesRoot) {
  int const root = subject().size() - 1;
  for (std::size_t const count : {std::size_t{0}, std::size_t{3}, long_counts()[0]}) {
    auto values = whole_numbers<TypeParam>(own_rank(), count);
    subject().broadcast(values.data(), count, type_of<TypeParam>(), root).wait();
    EXPECT_TRUE(values == whole_numbers<TypeParam>(static_cast<std::size_t>(root), count));
  }
}

}  // namespace tartan::comm::suite
