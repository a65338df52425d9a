#include "close.hpp"
#include "kernel_tables.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

namespace tartan::model::own {
#include <model/kernels/primitives.inl>
}  // namespace tartan::model::own

namespace tartan::model::testing {
namespace {

using tartan::testing::expect_close;

constexpr Activation kinds[] = {Activation::gelu, Activation::gelu_tanh, Activation::relu, Activation::silu,
                                Activation::tanh};

at::Tensor reference(Activation kind, at::Tensor const& x) {
  switch (kind) {
    case Activation::gelu:
      return at::gelu(x);
    case Activation::gelu_tanh:
      return at::gelu(x, "tanh");
    case Activation::relu:
      return at::relu(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::tanh:
      return at::tanh(x);
  }
  return {};
}

//! Largest |f - expected| / scale(expected) for x in [low, high].
template <class F, class G, class Scale>
double worst(F f, G expected, float low, float high, Scale scale) {
  double most = 0;
  constexpr int points = 400001;
  for (int i = 0; i < points; ++i) {
    float const x = low + (high - low) * static_cast<float>(i) / (points - 1);
    double const right = expected(static_cast<double>(x));
    most = std::max(most, std::abs(static_cast<double>(f(x)) - right) / scale(right));
  }
  return most;
}

TEST(Approximations, ErrorsInSinglePrecision) {
  auto const absolute = [](double) { return 1.0; };
  auto const relative = [](double y) { return std::abs(y); };
  double const exp_error =
      worst([](float x) { return own::exp_of(x); }, [](double x) { return std::exp(x); }, -87, 88, relative);
  double const erf_error =
      worst([](float x) { return own::erf_of(x); }, [](double x) { return std::erf(x); }, -6, 6, absolute);
  double const tanh_error =
      worst([](float x) { return own::tanh_of(x); }, [](double x) { return std::tanh(x); }, -12, 12, absolute);
  EXPECT_LT(exp_error, 2e-7);
  EXPECT_LT(erf_error, 5e-7);
  EXPECT_LT(tanh_error, 2e-7);
  std::printf("largest errors: exp %.2e (relative), erf %.2e, tanh %.2e (absolute)\n", exp_error, erf_error,
              tanh_error);
}

TEST(Approximations, FarOutAndNotANumber) {
  EXPECT_LT(own::exp_of(-1e30f), 2e-38f);
  EXPECT_TRUE(std::isfinite(own::exp_of(1e30f)));
  EXPECT_NEAR(own::erf_of(1e30f), 1, 2e-7);
  EXPECT_NEAR(own::erf_of(-1e30f), -1, 2e-7);
  EXPECT_NEAR(own::tanh_of(-1e30f), -1, 2e-7);
  float const nan = std::nanf("");
  EXPECT_TRUE(std::isnan(own::exp_of(nan)));  // a diverged run must show
  EXPECT_TRUE(std::isnan(own::erf_of(nan)));
  EXPECT_TRUE(std::isnan(own::tanh_of(nan)));
}

template <class S>
class ActivationKernel : public KernelTest<S> {};
TYPED_TEST_SUITE(ActivationKernel, Scalars);

TYPED_TEST(ActivationKernel, ValuesSlopesAndBiasGradient) {
  using S = TypeParam;
  std::int64_t const rows = 50, width = 333;
  at::Tensor const z0 = random<S>({rows, width}) * 3, bias = random<S>({width}), grad0 = random<S>({rows, width}),
                   before = random<S>({width});
  for (Activation const kind : kinds) {
    at::Tensor const x = (z0 + bias).to(at::kDouble).requires_grad_();
    at::Tensor const y = reference(kind, x);
    at::Tensor const dx = torch::autograd::grad({y}, {x}, {grad0.to(at::kDouble)})[0];
    for (auto const& table : all_tables<S>()) {
      SCOPED_TRACE(std::string(table.name) + ", activation " + std::to_string(static_cast<int>(kind)));
      at::Tensor const z = z0.clone(), a = at::empty_like(z), again = at::empty_like(z), grad = grad0.clone(),
                       grad_bias = before.clone();
      table.kernels.bias_activation(rows, width, data<S>(bias), kind, data<S>(z), data<S>(a));
      EXPECT_TRUE(at::equal(z, z0 + bias));
      expect_close(a, y, rounding<S>, "activation");
      table.kernels.activation_backward(rows, width, kind, data<S>(z), data<S>(grad), data<S>(again),
                                        data<S>(grad_bias));
      expect_close(again, y, rounding<S>, "activation again");
      expect_close(grad, dx, rounding<S>, "gradient");
      expect_close(grad_bias, dx.sum(0) + before, 5 * rounding<S>, "bias gradient");
    }
  }
}

}  // namespace
}  // namespace tartan::model::testing
