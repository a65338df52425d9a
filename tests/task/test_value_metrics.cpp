#include <tartan/task/metrics.hpp>

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace tartan::task {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

TEST(ValueMetrics, AreaUnderTheCurveCountsTiesHalf) {
  EXPECT_DOUBLE_EQ(roc_auc({0, 0, 1, 1}, {0.1, 0.4, 0.35, 0.8}), 0.75);  // scikit-learn's own example
  EXPECT_DOUBLE_EQ(roc_auc({0, 1, 0, 1}, {1, 1, 1, 1}), 0.5);
  EXPECT_DOUBLE_EQ(roc_auc({0, 1, 1}, {0.2, 0.2, 0.9}), 0.75);
  EXPECT_TRUE(std::isnan(roc_auc({1, 1}, {0.2, 0.9})));
  EXPECT_TRUE(std::isnan(roc_auc({}, {})));
}

TEST(ValueMetrics, Correlations) {
  EXPECT_NEAR(pearson({1, 2, 3}, {2, 4, 6}), 1, 1e-15);
  EXPECT_NEAR(pearson({1, 2, 3}, {6, 4, 2}), -1, 1e-15);
  EXPECT_NEAR(spearman({1, 2, 3, 4, 5}, {5, 6, 7, 8, 7}), 0.82078268166812329, 1e-15);  // scipy's own example
  EXPECT_TRUE(std::isnan(pearson({1, 1, 1}, {1, 2, 3})));
  EXPECT_TRUE(std::isnan(spearman({1}, {1})));
}

TEST(ValueMetrics, OfValues) {
  auto const metrics = regression_metrics(Outcomes({1, 2, 3, 3, 5, 2}, 2));
  EXPECT_NEAR(metrics.at("rmse"), std::sqrt(10.0 / 3), 1e-15);
  EXPECT_NEAR(metrics.at("mae"), 4.0 / 3, 1e-15);
  auto const constant = regression_metrics(Outcomes({1, 2, 3, 2}, 2));
  EXPECT_EQ(constant.at("pearson"), 0);
  EXPECT_EQ(constant.at("spearman"), 0);
}

TEST(ValueMetrics, OfColumnsLeaveOutWhatIsUnknown) {
  auto const metrics = multilabel_metrics(
      Outcomes({1, none, 0.9, 0.9, /**/ 0, 1, 0.6, 0.8, /**/ none, 1, 0.1, 0.2, /**/ 1, none, 0.7, 0.1}, 4), 0.5);
  EXPECT_DOUBLE_EQ(metrics.at("roc-auc"), 1);         // of the first column; the second has no 0
  EXPECT_DOUBLE_EQ(metrics.at("accuracy"), 3.0 / 5);  // 1, 0; 1; 0, 1
  EXPECT_DOUBLE_EQ(metrics.at("macro-f1"), (0.8 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(metrics.at("micro-f1"), 2.0 * 3 / (4 + 4));
}

TEST(ValueMetrics, WithoutAnythingThereIsAValueAllTheSame) {
  for (auto const& metrics : {multilabel_metrics(Outcomes({none, 0.5}, 2), 0.5),
                              multilabel_metrics(Outcomes({}, 0), 0.5), regression_metrics(Outcomes({}, 2))})
    for (auto const& [name, value] : metrics) EXPECT_TRUE(std::isfinite(value)) << name;
}

TEST(ValueMetrics, ErrorsAreBetterWhenLower) {
  EXPECT_TRUE(lower_is_better("rmse") && lower_is_better("mae"));
  EXPECT_FALSE(lower_is_better("pearson") || lower_is_better("roc-auc") || lower_is_better("accuracy"));
}

}  // namespace
}  // namespace tartan::task
