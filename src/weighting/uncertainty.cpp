#include "rules.hpp"

#include <tartan/core/error.hpp>

#include <cmath>

namespace tartan::weighting {

// A task without examples has no loss to learn from; its s stays
void update(Uncertainty& rule, Alignments const& alignments, std::vector<double> const& losses) {
  auto& s = rule.log_variances;
  check_shape(alignments, s.size());
  check_losses(losses, s.size());
  std::vector<double> moved = s;
  for (std::size_t i = 0; i < s.size(); ++i)
    if (alignments.present[i]) moved[i] += rule.rate * (std::exp(-s[i]) * losses[i] - 0.5);
  check_finite(moved, alignments.present, "uncertainty");
  s = std::move(moved);
}

std::vector<double> weights(Uncertainty const& rule) {
  std::vector<double> result;
  for (double const s : rule.log_variances) result.push_back(std::exp(-s));
  return result;
}

Uncertainty make_uncertainty(std::vector<double> const& initial, double rate) {
  check_rate(rate);
  Uncertainty rule{.rate = rate, .log_variances = logits_of(initial)};
  for (double& s : rule.log_variances) s = -s;
  return rule;
}

}  // namespace tartan::weighting
