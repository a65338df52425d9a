// R3F's noise: what is drawn for the embeddings of each token.
#include "model/embedding_noise.hpp"
#include "tiny_model.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

constexpr std::int64_t hidden = 32;
constexpr double size = 0.5;

struct Distribution {
  bool normal;
  double variance, fourth;  //!< central moments of a draw
  double least_extreme, most_extreme;
};

//! (T, H) for texts of 300 and 700 tokens.
at::Tensor drawn(bool normal) {
  data::PackedBatch batch = tiny_batch({300, 700});
  batch.noise.assign(2, {size, normal});
  RowPlan plan;
  plan_noise(batch, hidden, at::kDouble, plan);
  return plan.noise;
}

class r3f_Noise : public ::testing::TestWithParam<Distribution> {};

// Each bound at six standard errors of so many independent draws
TEST_P(r3f_Noise, MeanVarianceAndRangeAreThoseOfItsDistribution) {
  auto const& expected = GetParam();
  at::Tensor const noise = drawn(expected.normal);
  auto const n = static_cast<double>(noise.numel());
  EXPECT_NEAR(noise.mean().item<double>(), 0, 6 * std::sqrt(expected.variance / n));
  EXPECT_NEAR(noise.square().mean().item<double>(), expected.variance,
              6 * std::sqrt((expected.fourth - expected.variance * expected.variance) / n));
  for (double const extreme : {noise.max().item<double>(), -noise.min().item<double>()}) {
    EXPECT_GT(extreme, expected.least_extreme);
    EXPECT_LE(extreme, expected.most_extreme);
  }
}

// Of 32,000 draws the largest of a uniform one is nearly the bound, of a normal one about four deviations
INSTANTIATE_TEST_SUITE_P(Both, r3f_Noise,
                         ::testing::Values(Distribution{false, size* size / 3, std::pow(size, 4) / 5, 0.999 * size,
                                                        size},
                                           Distribution{true, size* size, 3 * std::pow(size, 4), 3 * size, 6 * size}),
                         [](auto const& one) { return one.param.normal ? "normal" : "uniform"; });

TEST(r3f_Noise_Tokens, AreDrawnEachForItself) {
  at::Tensor const noise = drawn(true);
  EXPECT_GT((noise[0] - noise[1]).abs().max().item<double>(), 0.1);
  EXPECT_GT((noise[0] - noise[300]).abs().max().item<double>(), 0.1);  // the other text's first
}

}  // namespace
}  // namespace tartan::model
