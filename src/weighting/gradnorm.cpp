#include "rules.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tartan::weighting {
namespace {

constexpr double smallest_weight = 1e-8;  // a weight that a step took below 0 can come back

//! Mean over the tasks that are present.
double mean_of(std::vector<double> const& values, std::vector<bool> const& present) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (present[i]) sum += values[i], ++count;
  return count > 0 ? sum / count : 0;
}

void scale_to_number_of_tasks(std::vector<double>& weights) {
  double const sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
}

//! L_i / L_i(0) of the tasks that are present.
std::vector<double> loss_ratios(GradNorm& rule, std::vector<double> const& losses, std::vector<bool> const& present) {
  std::vector<double> ratios(losses.size());
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (!present[i]) continue;
    if (rule.initial[i] == 0) rule.initial[i] = losses[i];
    ratios[i] = rule.initial[i] > 0 ? losses[i] / rule.initial[i] : 1;
  }
  return ratios;
}

double sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

}  // namespace

void update(GradNorm& rule, Alignments const& alignments, std::vector<double> const& losses) {
  check_shape(alignments, rule.weights.size());
  check_losses(losses, rule.weights.size());
  auto const& present = alignments.present;
  check_finite(alignments.norm, present, "gradient");
  auto const ratios = loss_ratios(rule, losses, present);
  std::vector<double> norms(ratios.size());
  for (std::size_t i = 0; i < norms.size(); ++i) norms[i] = rule.weights[i] * alignments.norm[i];
  double const mean_norm = mean_of(norms, present), mean_ratio = mean_of(ratios, present);
  for (std::size_t i = 0; i < norms.size(); ++i) {
    if (!present[i]) continue;
    double const relative = mean_ratio > 0 ? ratios[i] / mean_ratio : 1;
    double const target = mean_norm * std::pow(relative, rule.asymmetry);
    double const moved = rule.weights[i] - rule.rate * sign(norms[i] - target) * alignments.norm[i];
    rule.weights[i] = std::max(moved, smallest_weight);
  }
  scale_to_number_of_tasks(rule.weights);
}

GradNorm make_gradnorm(std::vector<double> const& initial, double rate, double asymmetry) {
  check_rate(rate);
  logits_of(initial);  // refuses what cannot start
  GradNorm rule{.rate = rate, .asymmetry = asymmetry, .weights = initial, .initial = {}};
  rule.initial.resize(initial.size());
  scale_to_number_of_tasks(rule.weights);
  return rule;
}

}  // namespace tartan::weighting
