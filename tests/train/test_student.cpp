#include <tartan/core/random.hpp>
#include <tartan/train/student.hpp>

#include <cstdio>
#include <gtest/gtest.h>

namespace tartan::train {
namespace {

using Table = std::vector<std::vector<double>>;

//! x[r][c] = truth + row effect + column effect + noise, all normal.
Table table(Key key, std::size_t size, double truth) {
  Stream draws(key);
  std::vector<double> columns(size);
  for (double& c : columns) c = draws.normal();
  Table result(size, std::vector<double>(size));
  for (auto& row : result) {
    double const effect = 2 * draws.normal();
    for (std::size_t c = 0; c < size; ++c) row[c] = truth + effect + columns[c] + 3 * draws.normal();
  }
  return result;
}

double covered(double truth, double claimed, std::uint64_t trials) {
  double hits = 0;
  for (std::uint64_t t = 0; t < trials; ++t) {
    Estimate const e = estimate_of_pairs(table(Key(3).with(t), 10, truth));
    hits += e.low <= claimed && claimed <= e.high;
  }
  return hits / static_cast<double>(trials);
}

// 1 … 10: mean 5.5, standard error .957427; quantiles of t with 9 degrees of freedom 2.262157 and .883404 (scipy)
TEST(Student, TheIntervalIsThatOfTheTable) {
  Estimate const e = estimate(5.5, 0.9574271077563381, 9);
  EXPECT_NEAR(e.low, 5.5 - 2.2621571628 * 0.9574271077563381, 1e-9);
  EXPECT_NEAR(e.high, 5.5 + 2.2621571628 * 0.9574271077563381, 1e-9);
  EXPECT_NEAR(e.p, 0.000278196011, 1e-11);
  EXPECT_NEAR(e.detectable, (2.2621571628 + 0.8834038597) * 0.9574271077563381, 1e-8);
}

TEST(Student, WithoutSpreadThereIsNoWidth) {
  Estimate const some = estimate(0.5, 0, 9), none = estimate(0, 0, 9);
  EXPECT_EQ(some.low, 0.5);
  EXPECT_EQ(some.high, 0.5);
  EXPECT_EQ(some.p, 0);
  EXPECT_EQ(none.p, 1);
}

TEST(Student, PairsOfOneColumnOfDifferencesAreThePlainCase) {
  Table rows;
  for (double x = 1; x <= 10; ++x) rows.push_back({x, x});  // the columns add nothing
  Estimate const e = estimate_of_pairs(rows);
  EXPECT_NEAR(e.low, 5.5 - 2.2621571628 * 0.9574271077563381, 1e-9);
}

TEST(Student, AnIntervalOfPairsHoldsTheTruthAsOftenAsItSays) {
  double const right = covered(0.7, 0.7, 400), wrong = covered(0.7, 3.7, 400);
  std::printf("the interval held the truth in %.3f of the trials, another number in %.3f\n", right, wrong);
  EXPECT_GT(right, 0.93);
  EXPECT_LT(right, 0.99);
  EXPECT_LT(wrong, 0.2);
}

TEST(Student, HolmIsThatOfThePaper) {
  auto const p = holm({0.01, 0.04, 0.03, 0.005});
  EXPECT_DOUBLE_EQ(p[0], 0.03);
  EXPECT_DOUBLE_EQ(p[1], 0.06);
  EXPECT_DOUBLE_EQ(p[2], 0.06);
  EXPECT_DOUBLE_EQ(p[3], 0.02);
  EXPECT_DOUBLE_EQ(holm({0.9, 0.8})[0], 1);
}

}  // namespace
}  // namespace tartan::train
