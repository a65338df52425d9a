#include <tartan/core/error.hpp>
#include <tartan/task/metrics.hpp>

#include <cmath>
#include <gtest/gtest.h>

namespace tartan::task {
namespace {

ConfusionMatrix matrix_of(std::int64_t classes, std::vector<std::int64_t> const& expected,
                          std::vector<std::int64_t> const& predicted) {
  ConfusionMatrix matrix(classes);
  for (std::size_t i = 0; i < expected.size(); ++i) matrix.add(expected[i], predicted[i]);
  return matrix;
}

TEST(Metrics, CountsByExpectedThenPredicted) {
  ConfusionMatrix const matrix = matrix_of(3, {0, 0, 2, 2}, {0, 1, 1, 1});
  EXPECT_EQ(matrix.counts(), (std::vector<std::int64_t>{1, 1, 0, 0, 0, 0, 0, 2, 0}));
  EXPECT_EQ(matrix.total(), 4);
}

TEST(Metrics, HandNumbers) {
  // F1: class 0: 2*2/(3+2) = 4/5; class 1: 2*1/(2+3) = 2/5; class 2: 2*0/(1+1) = 0
  ConfusionMatrix const matrix = matrix_of(3, {0, 0, 0, 1, 1, 2}, {0, 0, 1, 1, 2, 1});
  EXPECT_DOUBLE_EQ(accuracy(matrix), 3.0 / 6);
  EXPECT_DOUBLE_EQ(macro_f1(matrix), (0.8 + 0.4 + 0.0) / 3);
  EXPECT_DOUBLE_EQ(micro_f1(matrix), 3.0 / 6);
}

TEST(Metrics, MatthewsIsTheCorrelationOfTwoClasses) {
  // tp 3, tn 2, fp 1, fn 2: (3*2 - 1*2) / sqrt(4 * 5 * 3 * 4)
  ConfusionMatrix const two = matrix_of(2, {1, 1, 1, 1, 1, 0, 0, 0}, {1, 1, 1, 0, 0, 0, 0, 1});
  EXPECT_NEAR(matthews(two), 4 / std::sqrt(240.0), 1e-15);
  EXPECT_NEAR(matthews(matrix_of(3, {0, 1, 2, 2}, {0, 1, 2, 1})), 0.7, 1e-15);  // scikit-learn 1.7
  EXPECT_EQ(matthews(matrix_of(3, {0, 1, 2}, {0, 1, 2})), 1);
  EXPECT_EQ(matthews(matrix_of(2, {0, 1}, {1, 0})), -1);
  EXPECT_EQ(matthews(matrix_of(2, {0, 1, 1}, {1, 1, 1})), 0);
}

TEST(Metrics, MacroLeavesOutClassesThatNeverOccur) {
  // class 3 is neither expected nor predicted; class 2 is only predicted and counts as 0
  ConfusionMatrix const matrix = matrix_of(4, {0, 0, 1, 1}, {0, 0, 1, 2});
  EXPECT_DOUBLE_EQ(macro_f1(matrix), (1.0 + 2.0 / 3 + 0.0) / 3);
  ConfusionMatrix const only_expected = matrix_of(4, {0, 1}, {0, 0});
  EXPECT_DOUBLE_EQ(macro_f1(only_expected), (2.0 / 3 + 0.0) / 2);
}

TEST(Metrics, PerfectAndAllWrong) {
  ConfusionMatrix const perfect = matrix_of(5, {0, 1, 1}, {0, 1, 1});
  EXPECT_EQ(accuracy(perfect), 1);
  EXPECT_EQ(macro_f1(perfect), 1);
  EXPECT_EQ(micro_f1(perfect), 1);
  ConfusionMatrix const wrong = matrix_of(2, {0, 1}, {1, 0});
  EXPECT_EQ(accuracy(wrong), 0);
  EXPECT_EQ(macro_f1(wrong), 0);
  EXPECT_EQ(micro_f1(wrong), 0);
}

TEST(Metrics, SummedCountsAreTheCountsOfAll) {
  ConfusionMatrix sum = matrix_of(3, {0, 0, 2}, {0, 1, 2});
  ConfusionMatrix const other = matrix_of(3, {1, 2}, {1, 0});
  for (std::size_t i = 0; i < sum.counts().size(); ++i) sum.counts()[i] += other.counts()[i];
  EXPECT_EQ(sum.counts(), matrix_of(3, {0, 0, 2, 1, 2}, {0, 1, 2, 1, 0}).counts());
}

TEST(Metrics, EmptyIsZero) {
  std::map<std::string, double> const expected = {{"accuracy", 0}, {"macro-f1", 0}, {"micro-f1", 0}, {"matthews", 0}};
  EXPECT_EQ(classification_metrics(ConfusionMatrix(3)), expected);
}

TEST(Metrics, NamesAgreeWithFunctions) {
  ConfusionMatrix const matrix = matrix_of(3, {0, 0, 0, 1, 1, 2}, {0, 0, 1, 1, 2, 1});
  std::map<std::string, double> const expected = {{"accuracy", accuracy(matrix)},
                                                  {"macro-f1", macro_f1(matrix)},
                                                  {"micro-f1", micro_f1(matrix)},
                                                  {"matthews", matthews(matrix)}};
  EXPECT_EQ(classification_metrics(matrix), expected);
}

TEST(Metrics, LabelsOutsideAreOurBug) {
  ConfusionMatrix matrix(2);
  EXPECT_THROW(matrix.add(2, 0), Error);
  EXPECT_THROW(matrix.add(0, 2), Error);
  EXPECT_THROW(matrix.add(-1, 0), Error);
  EXPECT_THROW(ConfusionMatrix(0), Error);
  EXPECT_EQ(matrix.total(), 0);
}

}  // namespace
}  // namespace tartan::task
