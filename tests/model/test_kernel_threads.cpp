#include "attention_case.hpp"
#include "norm_case.hpp"

#include <ATen/Parallel.h>

#include <functional>
#include <omp.h>

namespace tartan::model::testing {
namespace {

using Tensors = std::vector<at::Tensor>;

//! Runs `work` with 1, 2 and 3 threads and expects the same bits.
void expect_same_bits(char const* name, std::function<Tensors()> const& work) {
  int const usual = at::get_num_threads();
  at::set_num_threads(1);
  Tensors const one = work();
  for (int const threads : {2, 3}) {
    at::set_num_threads(threads);
    ASSERT_EQ(omp_get_max_threads(), threads) << "our kernels and ATen use different OpenMP libraries";
    Tensors const many = work();
    for (std::size_t i = 0; i < one.size(); ++i)
      EXPECT_TRUE(at::equal(one[i], many[i])) << name << ", result " << i << ", " << threads;
  }
  at::set_num_threads(usual);
}

template <class S>
class KernelThreads : public KernelTest<S> {};
TYPED_TEST_SUITE(KernelThreads, Scalars);

TYPED_TEST(KernelThreads, Attention) {
  AttentionCase<TypeParam> const problem{3, 17, {40, 0, 130, 7, 64}, {40, 9, 130, 7, 64}, false, 0.1};
  for (auto const& table : all_tables<TypeParam>())
    expect_same_bits(table.name, [&] { return problem.run(table.kernels); });
}

TYPED_TEST(KernelThreads, ResidualNorm) {
  NormCase<TypeParam> const problem{101, 50, {true, true, 0.1}};
  for (auto const& table : all_tables<TypeParam>())
    expect_same_bits(table.name, [&] { return problem.run(table.kernels); });
}

TYPED_TEST(KernelThreads, ActivationAndColumnSums) {
  using S = TypeParam;
  at::Tensor const z0 = random<S>({101, 50}), bias = random<S>({50}), grad0 = random<S>({101, 50});
  for (auto const& table : all_tables<S>())
    expect_same_bits(table.name, [&]() -> Tensors {
      at::Tensor const z = z0.clone(), a = at::empty_like(z), grad = grad0.clone(), sums = at::zeros({50}, z.options()),
                       columns = sums.clone();
      table.kernels.bias_activation(101, 50, data<S>(bias), Activation::gelu, data<S>(z), data<S>(a));
      table.kernels.activation_backward(101, 50, Activation::gelu, data<S>(z), data<S>(grad), data<S>(a),
                                        data<S>(sums));
      table.kernels.add_column_sums(101, 50, data<S>(a), data<S>(columns));
      return {z, a, grad, sums, columns};
    });
}

TYPED_TEST(KernelThreads, CrossEntropyAbsorbAndSquares) {
  using S = TypeParam;
  at::Tensor const x0 = random<S>({33, 211}), bias = random<S>({211}), g0 = random<S>({30000}),
                   probe = random<S>({30000});
  at::Tensor const targets = at::randint(211, {33}, at::kLong);
  for (auto const& table : all_tables<S>())
    expect_same_bits(table.name, [&]() -> Tensors {
      at::Tensor const x = x0.clone(), losses = at::empty({33}, x.options()), g = g0.clone(),
                       combined = at::zeros_like(g);
      at::Tensor const sums = at::zeros({2}, at::kDouble);
      table.kernels.cross_entropy(33, 211, data<S>(bias), targets.data_ptr<std::int64_t>(), data<S>(x),
                                  data<S>(losses));
      table.kernels.absorb(30000, 20000, 0.7, data<S>(g), data<S>(probe), data<S>(combined), data<double>(sums));
      at::Tensor const square = at::scalar_tensor(table.kernels.square_sum(30000, data<S>(probe)), at::kDouble);
      at::Tensor const root = at::empty_like(combined);
      table.kernels.inverse_root(30000, data<S>(combined), S(1), S(0.1), S(0.01), data<S>(root));
      at::Tensor const weighted =
          at::scalar_tensor(table.kernels.weighted_square_sum(30000, data<S>(probe), data<S>(root)), at::kDouble);
      return {x, losses, combined, sums, square, root, weighted};
    });
}

}  // namespace
}  // namespace tartan::model::testing
