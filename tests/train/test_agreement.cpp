#include <tartan/train/agreement.hpp>

#include <gtest/gtest.h>

namespace tartan::train {
namespace {

TEST(Agreement, TruePredictionsExplainAll) {
  EXPECT_DOUBLE_EQ(r_squared({{1, 1}, {-2, -2}, {0.5, 0.5}}), 1);
  EXPECT_DOUBLE_EQ(r_squared({{0, 0}, {0, 0}}), 1);
}

// measured 1, 2, 3 (sum of squares around the mean 2); errors 1, 0, 1
TEST(Agreement, NoLineIsFitted) {
  EXPECT_DOUBLE_EQ(r_squared({{2, 1}, {2, 2}, {2, 3}}), 0);
  EXPECT_DOUBLE_EQ(r_squared({{10, 1}, {20, 2}, {30, 3}}), 1 - 81 * 14 / 2.0);  // proportional, but wrong
  EXPECT_DOUBLE_EQ(r_squared({{1, 0}, {1, 0}}), 0);
}

TEST(Agreement, OnlyOppositeSignsAreWrong) {
  EXPECT_DOUBLE_EQ(sign_errors({{1, -2}, {1, 2}, {-1, -3}, {-1, 0.1}}), 0.5);
  EXPECT_DOUBLE_EQ(sign_errors({{0, 1}, {1, 0}}), 0);
}

}  // namespace
}  // namespace tartan::train
