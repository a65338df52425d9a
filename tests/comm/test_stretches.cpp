#include "comm/stretches.hpp"

#include <gtest/gtest.h>

namespace tartan::comm {
namespace {

using Counts = std::vector<std::size_t>;

TEST(Stretches, LieEndToEndWithoutEmptyOnes) {
  EXPECT_EQ(stretches_of(Counts{5, 0, 11, 0}), (std::vector<Stretch>{{0, 0, 5}, {2, 5, 11}}));
  EXPECT_EQ(stretches_of(Counts{0, 3}), (std::vector<Stretch>{{1, 0, 3}}));
  EXPECT_TRUE(stretches_of(Counts{0, 0}).empty());
}

TEST(Stretches, EqualCountsAreSeen) {
  EXPECT_TRUE(are_equal(Counts{7}));
  EXPECT_TRUE(are_equal(Counts{16, 16, 16}));
  EXPECT_FALSE(are_equal(Counts{16, 16, 15}));
  EXPECT_FALSE(are_equal(Counts{15, 16, 16}));
}

}  // namespace
}  // namespace tartan::comm
