#include "rules.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tartan::weighting {
namespace {

constexpr double rounding = 1e-12;

bool keeps_to(Bounds const& bounds, double weight) { return weight >= bounds.lowest && weight <= bounds.highest; }

double bounded(Bounds const& bounds, double weight) { return std::clamp(weight, bounds.lowest, bounds.highest); }

//! Sum of the bounded multiples: grows with `factor`, with a kink where a weight meets a bound.
double sum_at(Bounds const& bounds, std::vector<double> const& weights, double factor) {
  double sum = 0;
  for (double const weight : weights) sum += bounded(bounds, factor * weight);
  return sum;
}

std::vector<double> kinks(Bounds const& bounds, std::vector<double> const& weights) {
  std::vector<double> result = {0};
  for (double const weight : weights)
    if (weight > 0)
      for (double const bound : {bounds.lowest, bounds.highest})
        if (std::isfinite(bound / weight)) result.push_back(bound / weight);
  std::sort(result.begin(), result.end());
  return result;
}

//! The factor at which the bounded multiples have this sum: straight between the kinks around it.
double factor_for(Bounds const& bounds, std::vector<double> const& weights, double sum) {
  auto const all = kinks(bounds, weights);
  std::size_t next = 1;
  while (next < all.size() && sum_at(bounds, weights, all[next]) < sum) ++next;
  if (next == all.size()) return all.back();
  double const before = sum_at(bounds, weights, all[next - 1]), after = sum_at(bounds, weights, all[next]);
  double const share = after > before ? (sum - before) / (after - before) : 1;
  return all[next - 1] + std::clamp(share, 0.0, 1.0) * (all[next] - all[next - 1]);
}

}  // namespace

void check_bounds(Bounds const& bounds, std::size_t tasks, double total) {
  double const n = static_cast<double>(tasks);
  if (!(bounds.lowest >= 0 && bounds.lowest <= bounds.highest))
    fail_usage("weighting.lowest = " + std::to_string(bounds.lowest) +
               " is above weighting.highest = " + std::to_string(bounds.highest) + "; give a range");
  if (n * bounds.lowest > total + rounding)
    fail_usage("weighting.lowest = " + std::to_string(bounds.lowest) + " is too much for each of " +
               std::to_string(tasks) + " tasks, whose weights sum to " + std::to_string(total) + "; lower it");
  if (n * bounds.highest < total - rounding)
    fail_usage("weighting.highest = " + std::to_string(bounds.highest) + " is too little for " + std::to_string(tasks) +
               " tasks, whose weights sum to " + std::to_string(total) + "; raise it");
}

std::vector<double> within(Bounds const& bounds, std::vector<double> weights) {
  if (std::ranges::all_of(weights, [&](double weight) { return keeps_to(bounds, weight); })) return weights;
  double const sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  double const factor = factor_for(bounds, weights, sum);
  for (double& weight : weights) weight = bounded(bounds, factor * weight);
  return weights;
}

}  // namespace tartan::weighting
