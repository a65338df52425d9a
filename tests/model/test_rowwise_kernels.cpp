#include "close.hpp"
#include "kernel_tables.hpp"

#include <cmath>

namespace tartan::model::testing {
namespace {

using tartan::testing::expect_close;

template <class S>
class RowwiseKernels : public KernelTest<S> {};
TYPED_TEST_SUITE(RowwiseKernels, Scalars);

TYPED_TEST(RowwiseKernels, CrossEntropy) {
  using S = TypeParam;
  for (std::int64_t const classes : {1, 2, 97, 1001}) {
    std::int64_t const rows = 37;
    at::Tensor const x0 = random<S>({rows, classes}) * 20, bias = random<S>({classes});
    at::Tensor const targets = at::randint(classes, {rows}, at::kLong);
    at::Tensor const logits = (x0 + bias).to(at::kDouble);
    at::Tensor const losses = at::cross_entropy_loss(logits, targets, {}, at::Reduction::None);
    at::Tensor const grad = at::softmax(logits, -1) - at::one_hot(targets, classes);
    for (auto const& table : all_tables<S>()) {
      SCOPED_TRACE(table.name);
      at::Tensor const x = x0.clone(), got = at::empty({rows}, x.options());
      table.kernels.cross_entropy(rows, classes, data<S>(bias), targets.data_ptr<std::int64_t>(), data<S>(x),
                                  data<S>(got));
      expect_close(got, losses, rounding<S>, "losses");
      // the exponent's rounding shows as many times as the logits are large
      EXPECT_LT((x.to(at::kDouble) - grad).abs().max().template item<double>(),
                100 * std::numeric_limits<S>::epsilon());
    }
  }
}

TYPED_TEST(RowwiseKernels, ColumnSumsAreAdded) {
  using S = TypeParam;
  for (std::int64_t const rows : {0, 1, 31, 32, 100}) {
    at::Tensor const x = random<S>({rows, 45}), before = random<S>({45});
    for (auto const& table : all_tables<S>()) {
      at::Tensor const sums = before.clone();
      table.kernels.add_column_sums(rows, 45, data<S>(x), data<S>(sums));
      expect_close(sums, x.to(at::kDouble).sum(0) + before, rounding<S>, table.name);
    }
  }
}

TYPED_TEST(RowwiseKernels, AbsorbInOneSweep) {
  using S = TypeParam;
  std::int64_t const n = 20011;
  at::Tensor const g0 = random<S>({n}), probe = random<S>({n}), combined0 = random<S>({n});
  for (std::int64_t const body : {std::int64_t{1}, std::int64_t{5000}, std::int64_t{8192}, std::int64_t{12345}, n}) {
    at::Tensor const gb = g0.narrow(0, 0, body).to(at::kDouble), pb = probe.narrow(0, 0, body).to(at::kDouble);
    for (auto const& table : all_tables<S>()) {
      SCOPED_TRACE(std::string(table.name) + ", body " + std::to_string(body));
      at::Tensor const g = g0.clone(), combined = combined0.clone();
      double sums[2] = {-1, -1};
      table.kernels.absorb(n, body, 0.3, data<S>(g), data<S>(probe), data<S>(combined), sums);
      double const norms = gb.norm().item<double>() * pb.norm().item<double>();
      EXPECT_NEAR(sums[0], at::dot(gb, pb).item<double>(), 1e-14 * norms);  // in double whatever the gradient's type
      EXPECT_NEAR(sums[1], at::dot(gb, gb).item<double>(), 1e-13 * sums[1]);
      expect_close(combined, combined0.to(at::kDouble) + 0.3 * g0.to(at::kDouble), rounding<S>, "combined");
      EXPECT_EQ(g.abs().max().template item<double>(), 0);
    }
  }
}

TYPED_TEST(RowwiseKernels, AbsorbWithoutProbe) {
  using S = TypeParam;
  at::Tensor const g0 = random<S>({9000});
  for (auto const& table : all_tables<S>()) {
    at::Tensor const g = g0.clone(), combined = at::zeros_like(g);
    double sums[2] = {-1, -1};
    table.kernels.absorb(9000, 0, 2, data<S>(g), nullptr, data<S>(combined), sums);
    EXPECT_TRUE(at::equal(combined, 2 * g0)) << table.name;
    EXPECT_EQ(sums[0], 0);
    EXPECT_EQ(sums[1], 0);
    table.kernels.absorb(0, 0, 2, nullptr, nullptr, nullptr, sums);
  }
}

TYPED_TEST(RowwiseKernels, SquareSumInDouble) {
  for (std::int64_t const n : {0, 1, 8191, 8192, 8193, 100'003}) {
    at::Tensor const x = random<TypeParam>({n});
    double const expected = x.to(at::kDouble).square().sum().template item<double>();
    for (auto const& table : all_tables<TypeParam>())
      EXPECT_NEAR(table.kernels.square_sum(n, data<TypeParam>(x)), expected, 1e-13 * expected)
          << table.name << " " << n;
  }
}

TYPED_TEST(RowwiseKernels, WeightedSquareSumInDouble) {
  for (std::int64_t const n : {0, 1, 8191, 8193, 100'003}) {
    at::Tensor const x = random<TypeParam>({n}), weight = random<TypeParam>({n}).abs();
    double const expected = (x.to(at::kDouble).square() * weight.to(at::kDouble)).sum().template item<double>();
    for (auto const& table : all_tables<TypeParam>())
      EXPECT_NEAR(table.kernels.weighted_square_sum(n, data<TypeParam>(x), data<TypeParam>(weight)), expected,
                  1e-13 * expected)
          << table.name << " " << n;
  }
}

TYPED_TEST(RowwiseKernels, InverseRootHasAFloor) {
  using S = TypeParam;
  at::Tensor const x = random<S>({10'001}).abs() * 1e-3;
  x.narrow(0, 0, 100).zero_();
  at::Tensor const expected = 1 / ((x.to(at::kDouble) * 1.7).clamp_min(1e-4).sqrt() + 0.01);
  for (auto const& table : all_tables<S>()) {
    at::Tensor const out = at::empty_like(x);
    table.kernels.inverse_root(x.numel(), data<S>(x), S(1.7), S(1e-4), S(0.01), data<S>(out));
    expect_close(out, expected, rounding<S>, table.name);
    EXPECT_NEAR(out.max().template item<double>(), 1 / 0.02, 1e-4);
  }
}

}  // namespace
}  // namespace tartan::model::testing
