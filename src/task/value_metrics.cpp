#include <tartan/task/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tartan::task {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double mean(std::vector<double> const& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

bool all_finite(std::vector<double> const& x) {
  return std::ranges::all_of(x, [](double value) { return std::isfinite(value); });
}

//! Of finite numbers, from 1; equal numbers share the mean of theirs.
std::vector<double> ranks(std::vector<double> const& x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return x[i]; });
  std::vector<double> result(x.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && x[order[end]] == x[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) result[order[i]] = static_cast<double>(begin + 1 + end) / 2;
  }
  return result;
}

std::vector<double> column(Outcomes const& outcomes, std::size_t which) {
  std::vector<double> result;
  for (std::size_t e = 0; e < outcomes.size(); ++e) result.push_back(outcomes[e][which]);
  return result;
}

//! JSON knows no NaN, and a metric decides what is kept: what cannot be said counts as no correlation.
double or_zero(double value) { return std::isnan(value) ? 0 : value; }

}  // namespace

double pearson(std::vector<double> const& x, std::vector<double> const& y) {
  if (x.size() < 2) return undefined;
  double const mean_x = mean(x), mean_y = mean(y);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : undefined;
}

double spearman(std::vector<double> const& x, std::vector<double> const& y) {
  return all_finite(x) && all_finite(y) ? pearson(ranks(x), ranks(y)) : undefined;
}

double roc_auc(std::vector<double> const& expected, std::vector<double> const& scores) {
  if (!all_finite(scores)) return undefined;
  std::vector<double> const rank = ranks(scores);
  double ones = 0, sum = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] != 1) continue;
    ones += 1;
    sum += rank[i];
  }
  double const zeros = static_cast<double>(expected.size()) - ones;
  return ones > 0 && zeros > 0 ? (sum - ones * (ones + 1) / 2) / (ones * zeros) : undefined;
}

std::map<std::string, double> regression_metrics(Outcomes const& outcomes) {
  std::vector<double> const expected = column(outcomes, 0), predicted = column(outcomes, 1);
  double squares = 0, absolute = 0;
  for (std::size_t e = 0; e < expected.size(); ++e) {
    squares += (predicted[e] - expected[e]) * (predicted[e] - expected[e]);
    absolute += std::abs(predicted[e] - expected[e]);
  }
  double const n = static_cast<double>(std::max<std::size_t>(1, expected.size()));
  return {{"rmse", std::sqrt(squares / n)},
          {"mae", absolute / n},
          {"pearson", or_zero(pearson(expected, predicted))},
          {"spearman", or_zero(spearman(expected, predicted))}};
}

bool lower_is_better(std::string const& metric) { return metric == "rmse" || metric == "mae"; }

}  // namespace tartan::task
