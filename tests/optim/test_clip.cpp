#include <tartan/optim/clip.hpp>

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace tartan::optim {
namespace {

at::Tensor gradient() { return at::tensor({3.0, 100.0, 0.0, 4.0, 12.0, 200.0}, at::kDouble); }
Ranges const ranges{{0, 1}, {2, 2}, {3, 5}};  // 3, 4, 12: norm 13

TEST(Clip, ScalesTheRangesTogether) {
  at::Tensor const g = gradient();
  EXPECT_DOUBLE_EQ(clip(g, ranges, 1), 13);
  double const factor = 1 / (13 + 1e-6);
  at::Tensor const expected = at::tensor({3 * factor, 100.0, 0.0, 4 * factor, 12 * factor, 200.0}, at::kDouble);
  EXPECT_TRUE(at::allclose(g, expected, 1e-15, 0)) << g;
}

TEST(Clip, LeavesAShortGradientBitForBit) {
  at::Tensor const g = gradient();
  EXPECT_DOUBLE_EQ(clip(g, ranges, 13.1), 13);
  EXPECT_TRUE(at::equal(g, gradient()));
}

TEST(Clip, ZeroMeansNever) {
  at::Tensor const g = gradient();
  EXPECT_DOUBLE_EQ(clip(g, ranges, 0), 13);
  EXPECT_TRUE(at::equal(g, gradient()));
  EXPECT_EQ(clip(g, {}, 1), 0);
}

TEST(Clip, ReportsWhatIsNotFinite) {
  at::Tensor const g = gradient();
  g[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(clip(g, ranges, 1)));
  g[3] = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isinf(clip(g, ranges, 1)));
}

TEST(Clip, SumsSinglePrecisionWell) {  // one sum of floats would be off by a tenth of a percent
  at::Tensor const g = at::full({3'000'001}, 1e-3, at::kFloat);
  EXPECT_NEAR(clip(g, {{0, 1'000'000}, {1'000'000, 3'000'001}}, 0), std::sqrt(3.000001), 1e-5);
}

}  // namespace
}  // namespace tartan::optim
