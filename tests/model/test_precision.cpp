#include "core/throws.hpp"
#include "tiny_model.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

//! Chooses bf16 products where this CPU has them; what was chosen before comes back at the end.
class Bf16 : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      choose_products(Precision::bf16, at::kCPU);
    } catch (Error const& error) {
      EXPECT_EQ(error.status(), ExitStatus::usage);
      GTEST_SKIP() << error.what();
    }
  }
  void TearDown() override { choose_products(Precision::fp32, at::kCPU); }
};

double error_of(at::Tensor const& product, at::Tensor const& exact) {
  return ((product.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
}

TEST_F(Bf16, FactorsAreRoundedAndSumsAreNot) {
  at::manual_seed(1);
  at::Tensor const a = at::randn({320, 384}), b = at::randn({384, 512});  // small products stay as they are
  at::Tensor const rounded = at::mm(a.to(at::kBFloat16).to(at::kDouble), b.to(at::kBFloat16).to(at::kDouble));
  EXPECT_LT(error_of(at::mm(a, b), rounded), 1e-6);
  EXPECT_LT(error_of(at::addmm(at::ones({512}), a, b), rounded + 1), 1e-6);
  EXPECT_LT(error_of(at::zeros({320, 512}).addmm_(a, b), rounded), 1e-6);
  EXPECT_GT(error_of(at::mm(a, b), at::mm(a.to(at::kDouble), b.to(at::kDouble))), 1e-4);
}

TEST_F(Bf16, DoublesAreLeftAlone) {
  at::Tensor const a = at::randn({384, 384}, at::kDouble);
  at::Tensor const chosen = at::mm(a, a);
  choose_products(Precision::fp64, at::kCPU);
  EXPECT_TRUE(at::equal(at::mm(a, a), chosen));
}

TEST_F(Bf16, TheNextModelChoosesAnew) {
  at::Tensor const a = at::randn({384, 384});
  choose_products(Precision::fp32, at::kCPU);
  at::Tensor const single = at::mm(a, a);
  TinyDirectory tiny;
  tiny.save();
  EXPECT_EQ(tiny.open(Precision::bf16)->parameters.values().scalar_type(), at::kFloat);
  EXPECT_FALSE(at::equal(at::mm(a, a), single));
  tiny.open(Precision::fp32);
  EXPECT_TRUE(at::equal(at::mm(a, a), single));
}

TEST(Precision, Bf16OnAGpuIsRefused) {
  EXPECT_NE(message_of(ExitStatus::usage, [] { choose_products(Precision::bf16, at::kCUDA); }).find("fp32"),
            std::string::npos);
}

}  // namespace
}  // namespace tartan::model
