#include <tartan/core/error.hpp>
#include <tartan/train/student.hpp>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace tartan::train {
namespace {

constexpr double level = 0.05, power = 0.8;

std::vector<double> row_means(std::vector<std::vector<double>> const& x) {
  std::vector<double> result;
  for (auto const& row : x) result.push_back(mean(row));
  return result;
}

std::vector<double> column_means(std::vector<std::vector<double>> const& x) {
  std::vector<double> result(x.front().size(), 0);
  for (auto const& row : x)
    for (std::size_t c = 0; c < row.size(); ++c) result[c] += row[c] / static_cast<double>(x.size());
  return result;
}

}  // namespace

double mean(std::vector<double> const& values) {
  expects(!values.empty(), "a mean needs a value");
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(std::vector<double> const& values) {
  expects(values.size() > 1, "a variance needs two values");
  double const middle = mean(values);
  double sum = 0;
  for (double const x : values) sum += (x - middle) * (x - middle);
  return sum / static_cast<double>(values.size() - 1);
}

Estimate estimate(double mean, double standard_error, double degrees) {
  if (standard_error <= 0) return {mean, mean, mean, mean == 0 ? 1.0 : 0.0, 0, 0, degrees};
  boost::math::students_t const t(degrees);
  double const reach = boost::math::quantile(t, 1 - level / 2) * standard_error;
  double const p = 2 * boost::math::cdf(boost::math::complement(t, std::abs(mean) / standard_error));
  double const detectable = reach + boost::math::quantile(t, power) * standard_error;
  return {mean, mean - reach, mean + reach, p, detectable, standard_error, degrees};
}

Estimate difference(Estimate const& a, Estimate const& b) {
  return estimate(a.mean - b.mean, std::hypot(a.standard_error, b.standard_error), std::min(a.degrees, b.degrees));
}

Estimate estimate_of_pairs(std::vector<std::vector<double>> const& x) {
  auto const rows = row_means(x), columns = column_means(x);
  auto const r = static_cast<double>(rows.size()), c = static_cast<double>(columns.size());
  double const of_rows = variance(rows) / r, of_columns = variance(columns) / c, sum = of_rows + of_columns;
  double const share = sum > 0 ? of_rows / sum : 0.5;
  double const degrees = 1 / (share * share / (r - 1) + (1 - share) * (1 - share) / (c - 1));
  return estimate(mean(rows), std::sqrt(sum), degrees);
}

std::vector<double> holm(std::vector<double> const& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> result(p.size());
  double most = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    most = std::max(most, std::min(1.0, p[order[k]] * static_cast<double>(p.size() - k)));
    result[order[k]] = most;
  }
  return result;
}

}  // namespace tartan::train
