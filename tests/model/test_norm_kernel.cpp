#include "close.hpp"
#include "norm_case.hpp"

namespace tartan::model::testing {
namespace {

using tartan::testing::expect_close;

template <class S>
class NormKernel : public KernelTest<S> {};
TYPED_TEST_SUITE(NormKernel, Scalars);

template <class S>
void check(NormCase<S> const& problem, bool in_place = false) {
  NormResult const expected = problem.reference();
  char const* const names[] = {"y", "grad_sum", "grad_z", "grad_bias", "grad_gamma", "grad_beta"};
  for (auto const& table : all_tables<S>()) {
    SCOPED_TRACE(std::string(table.name) + ", " + std::to_string(problem.rows) + " x " + std::to_string(problem.width));
    NormResult const got = problem.run(table.kernels, in_place);
    for (std::size_t i = 0; i < got.size(); ++i) expect_close(got[i], expected[i], 2 * rounding<S>, names[i]);
  }
}

TYPED_TEST(NormKernel, OddWidthsAndFewRows) {
  for (std::int64_t const width : {3, 16, 33, 100, 384})
    for (std::int64_t const rows : {1, 31, 70}) check(NormCase<TypeParam>{rows, width});
}

TYPED_TEST(NormKernel, WithoutBiasOrResidual) {
  check(NormCase<TypeParam>{40, 50, {false, true, 0}});
  check(NormCase<TypeParam>{40, 50, {true, false, 0}});
}

TYPED_TEST(NormKernel, Dropout) { check(NormCase<TypeParam>{45, 200, {true, true, 0.3}}); }

TYPED_TEST(NormKernel, OneBufferForAllGradients) { check(NormCase<TypeParam>{40, 50, {false, false, 0}}, true); }

TYPED_TEST(NormKernel, NoRowsAddNothing) {
  NormCase<TypeParam> const problem{0, 50};
  for (auto const& table : all_tables<TypeParam>()) {
    NormResult const got = problem.run(table.kernels);
    for (std::size_t i = 3; i < got.size(); ++i) EXPECT_TRUE(at::equal(got[i], problem.before)) << table.name;
  }
}

}  // namespace
}  // namespace tartan::model::testing
