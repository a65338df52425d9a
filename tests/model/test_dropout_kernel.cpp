#include "kernel_tables.hpp"

#include <cmath>

namespace tartan::model::testing {
namespace {

//! The mask of `rows` rows of one example.
template <class S>
at::Tensor mask_of(KernelTable<S> const& kernels, std::int64_t width, double p, std::vector<std::uint64_t> const& keys,
                   std::vector<std::uint32_t> const& places, std::uint32_t site = 1, std::uint32_t stream = 0) {
  at::Tensor ones = at::ones({static_cast<std::int64_t>(keys.size()), width}, at::dtype(type_of<S>));
  DropoutRows const rows{static_cast<std::uint32_t>(std::lround(p * 65536)), site, stream, keys.data(), places.data()};
  kernels.dropout(ones.size(0), width, rows, data<S>(ones));
  return ones;
}

template <class S>
class DropoutKernel : public KernelTest<S> {};
TYPED_TEST_SUITE(DropoutKernel, Scalars);

TYPED_TEST(DropoutKernel, KeepsTheRateAndTheMean) {
  std::vector<std::uint64_t> keys(1000);
  std::vector<std::uint32_t> places(1000);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i / 10, places[i] = static_cast<std::uint32_t>(i % 10);
  for (double const p : {0.1, 0.5, 0.9}) {
    at::Tensor const mask = mask_of(kernels<TypeParam>(), 333, p, keys, places);
    double const kept = (mask != 0).to(at::kDouble).mean().template item<double>();
    EXPECT_NEAR(kept, 1 - p, 5 * std::sqrt(p * (1 - p) / 333000));
    double const scale = mask.max().template item<double>();
    EXPECT_NEAR(scale, 1 / (1 - p), 1e-3);
    EXPECT_TRUE(at::logical_or(mask == 0, mask == scale).all().template item<bool>());
    // each row and each column drops its share: 6 deviations
    EXPECT_LT(((mask != 0).to(at::kDouble).mean(1) - (1 - p)).abs().max().template item<double>(),
              6 * std::sqrt(p * (1 - p) / 333));
    EXPECT_LT(((mask != 0).to(at::kDouble).mean(0) - (1 - p)).abs().max().template item<double>(),
              6 * std::sqrt(p * (1 - p) / 1000));
  }
}

TYPED_TEST(DropoutKernel, AllInstructionSetsDrawTheSame) {
  std::vector<std::uint64_t> const keys{1, 2, 0xFFFFFFFFFFFFFFFFull, 1};
  std::vector<std::uint32_t> const places{0, 7, 3, 1};
  for (std::int64_t const width : {1, 100, 128, 129, 700}) {
    at::Tensor const expected = mask_of(base::table<double>(), width, 0.3, keys, places);
    for (auto const& table : all_tables<TypeParam>())
      EXPECT_TRUE(at::equal(mask_of(table.kernels, width, 0.3, keys, places) != 0, expected != 0)) << table.name;
  }
}

TYPED_TEST(DropoutKernel, ARowDependsOnItsOwnKeyAlone) {
  auto const& k = kernels<TypeParam>();
  at::Tensor const one = mask_of(k, 200, 0.5, {42}, {5});
  at::Tensor const many = mask_of(k, 200, 0.5, {1, 42, 42}, {5, 5, 6});
  EXPECT_TRUE(at::equal(many[1], one[0]));
  EXPECT_FALSE(at::equal(many[0], one[0]));
  EXPECT_FALSE(at::equal(many[2], one[0]));
  EXPECT_FALSE(at::equal(mask_of(k, 200, 0.5, {42}, {5}, 2), one));
  EXPECT_FALSE(at::equal(mask_of(k, 200, 0.5, {42}, {5}, 1, 1), one));
  EXPECT_FALSE(at::equal(mask_of(k, 200, 0.5, {42 + (1ull << 40)}, {5}), one));
}

TYPED_TEST(DropoutKernel, ZeroIsOff) {
  for (auto const& table : all_tables<TypeParam>())
    EXPECT_TRUE((mask_of(table.kernels, 50, 0, {1, 2}, {0, 1}) == 1).all().template item<bool>());
}

}  // namespace
}  // namespace tartan::model::testing
