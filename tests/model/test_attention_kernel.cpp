#include "attention_case.hpp"
#include "close.hpp"

namespace tartan::model::testing {
namespace {

using tartan::testing::expect_close;

template <class S>
class AttentionKernel : public KernelTest<S> {};
TYPED_TEST_SUITE(AttentionKernel, Scalars);

template <class S>
void check(AttentionCase<S> const& problem, double relative = 2 * rounding<S>) {
  AttentionResult const expected = problem.reference();
  char const* const names[] = {"context", "query gradient", "key gradient", "value gradient"};
  for (auto const& table : all_tables<S>()) {
    SCOPED_TRACE(std::string(table.name) + ", head size " + std::to_string(problem.head_size));
    AttentionResult const got = problem.run(table.kernels);
    for (std::size_t i = 0; i < got.size(); ++i) expect_close(got[i], expected[i], relative, names[i]);
  }
}

TYPED_TEST(AttentionKernel, AllLengthsTo130AndOddHeadSizes) {
  for (std::int64_t const d : {1, 5, 16, 31, 32, 33, 64, 65})
    check(AttentionCase<TypeParam>{2, d, range(1, 130), range(1, 130)});
}

TYPED_TEST(AttentionKernel, FewerQueriesThanKeysAndNone) {
  for (std::int64_t const d : {7, 32})
    check(AttentionCase<TypeParam>{3, d, {1, 0, 5, 48, 0, 49, 1, 0}, {130, 17, 5, 64, 1, 97, 1, 48}});
}

TYPED_TEST(AttentionKernel, MoreQueriesThanKeys) { check(AttentionCase<TypeParam>{2, 11, {100, 3}, {1, 2}}); }

TYPED_TEST(AttentionKernel, Causal) {
  for (std::int64_t const d : {5, 32}) check(AttentionCase<TypeParam>{2, d, range(1, 130), range(1, 130), true});
}

TYPED_TEST(AttentionKernel, Dropout) {
  check(AttentionCase<TypeParam>{3, 9, {1, 50, 0, 129}, {1, 50, 33, 129}, false, 0.25});
  check(AttentionCase<TypeParam>{2, 32, {50, 129}, {50, 129}, true, 0.1});
}

TYPED_TEST(AttentionKernel, PeakedProbabilities) {  // scores of some hundred: only a shifted exponential survives
  check(AttentionCase<TypeParam>{2, 16, {40, 70}, {40, 70}, false, 0, 100}, 50 * rounding<TypeParam>);
}

}  // namespace
}  // namespace tartan::model::testing
