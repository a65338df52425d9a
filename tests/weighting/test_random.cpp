#include "analytic.hpp"

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

Vector at_step(Weighting weighting, std::int64_t step) {
  begin_step(weighting, step);
  return weights(weighting);
}

TEST(RandomWeights, AreAFunctionOfKeyAndStep) {
  Weighting const one = make_random(3, Key(1)), other = make_random(3, Key(2));
  EXPECT_EQ(at_step(one, 17), at_step(make_random(3, Key(1)), 17));
  EXPECT_NE(at_step(one, 17), at_step(one, 18));
  EXPECT_NE(at_step(one, 17), at_step(other, 17));
}

TEST(RandomWeights, AreSoftmaxesOfNormalNumbers) {
  double mean = 0, square = 0, first = 0;
  int const steps = 20'000;
  for (int step = 0; step < steps; ++step) {
    auto const found = at_step(make_random(3, Key(1)), step);
    EXPECT_NEAR(found[0] + found[1] + found[2], 1, 1e-12);
    double const log_ratio = std::log(found[1] / found[2]);  // difference of two standard normal numbers
    mean += log_ratio / steps;
    square += log_ratio * log_ratio / steps;
    first += found[0] / steps;
  }
  EXPECT_NEAR(mean, 0, 4 * std::sqrt(2.0 / steps));
  EXPECT_NEAR(square, 2, 4 * std::sqrt(8.0 / steps));
  EXPECT_NEAR(first, 1.0 / 3, 0.01);
}

TEST(RandomWeights, NeedNothingAndStayThroughUpdates) {
  Weighting weighting = make_random(2, Key(1));
  begin_step(weighting, 5);
  auto const before = weights(weighting);
  update(weighting, analytic::align({{1, 0}, {0, 1}}, {1, 0}));
  EXPECT_EQ(weights(weighting), before);
  EXPECT_FALSE(needs(weighting).looks() || needs(weighting).losses);
  EXPECT_TRUE(is_learned(weighting));
}

}  // namespace
}  // namespace tartan::weighting
