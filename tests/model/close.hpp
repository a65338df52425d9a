#pragma once

#include <ATen/ATen.h>

#include <gtest/gtest.h>
#include <string>

namespace tartan::testing {

//! Expects max|got - expected| <= relative * max|expected| + 1e-12; NaN anywhere fails.
inline void expect_close(at::Tensor const& got, at::Tensor const& expected, double relative, std::string const& what) {
  at::NoGradGuard no_grad;
  ASSERT_EQ(got.sizes(), expected.sizes()) << what;
  if (got.numel() == 0) return;
  at::Tensor const a = got.detach().to(at::kDouble), b = expected.detach().to(at::kDouble);
  double const most = b.abs().max().item<double>(), worst = (a - b).abs().max().item<double>();
  EXPECT_TRUE(worst <= relative * most + 1e-12) << what << ": differs by " << worst << " where the largest is " << most;
}

//! Largest difference, relative to the largest element.
inline double distance(at::Tensor const& a, at::Tensor const& b) {
  at::NoGradGuard no_grad;
  return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
}

}  // namespace tartan::testing
