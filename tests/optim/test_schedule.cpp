#include <tartan/optim/schedule.hpp>

#include <gtest/gtest.h>

namespace tartan::optim {
namespace {

TEST(Schedule, LinearWithWarmUp) {  // 2 of 10 steps
  double const expected[] = {0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0, 0};
  for (std::int64_t step = 0; step < 12; ++step)
    EXPECT_DOUBLE_EQ(schedule_factor(Decay::linear, step, 2, 10), expected[step]) << step;
}

TEST(Schedule, ConstantWithWarmUp) {
  double const expected[] = {0, 0.25, 0.5, 0.75, 1, 1, 1, 1};
  for (std::int64_t step = 0; step < 8; ++step)
    EXPECT_DOUBLE_EQ(schedule_factor(Decay::constant, step, 4, 6), expected[step]) << step;
}

TEST(Schedule, WithoutWarmUpStartsAtOne) {
  EXPECT_EQ(schedule_factor(Decay::linear, 0, 0, 4), 1);
  EXPECT_EQ(schedule_factor(Decay::linear, 3, 0, 4), 0.25);
  EXPECT_EQ(schedule_factor(Decay::constant, 0, 0, 4), 1);
}

TEST(Schedule, WarmUpAsLongAsTheStage) {
  EXPECT_EQ(schedule_factor(Decay::linear, 3, 4, 4), 0.75);
  EXPECT_EQ(schedule_factor(Decay::linear, 4, 4, 4), 0);
  EXPECT_EQ(schedule_factor(Decay::linear, 0, 1, 1), 0);
}

}  // namespace
}  // namespace tartan::optim
