#include "rules.hpp"

#include <tartan/core/error.hpp>
#include <tartan/weighting/tapweight.hpp>

#include <cmath>

namespace tartan::weighting {
namespace {

constexpr double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;  // of torch.optim.Adam, which the published code uses

//! Of one logit, whose moments take the gradient in.
double adam_direction(TapWeight& rule, std::size_t i, double gradient) {
  double& m = rule.first_moments[i];
  double& v = rule.second_moments[i];
  double const t = rule.steps[i] += 1;
  m = beta1 * m + (1 - beta1) * gradient;
  v = beta2 * v + (1 - beta2) * gradient * gradient;
  return m / (1 - std::pow(beta1, t)) / (std::sqrt(v / (1 - std::pow(beta2, t))) + eps);
}

}  // namespace

void update(TapWeight& rule, Alignments const& alignments, std::vector<double> const&) {
  check_shape(alignments, rule.logits.size() + 1);
  auto const products = similarities(Similarity::dot, alignments);
  check_finite(products, alignments.present, "alignment");
  std::vector<double> const with_validation(products.begin() + 1, products.end());
  auto const gradient = through_softmax(softmax(rule.logits), tapweight_slopes(with_validation, rule.proximal));
  for (std::size_t i = 0; i < rule.logits.size(); ++i)
    if (alignments.present[i + 1])
      rule.logits[i] -= rule.rate * (rule.descent == Descent::sgd ? gradient[i] : adam_direction(rule, i, gradient[i]));
}

std::vector<double> weights(TapWeight const& rule) {
  std::vector<double> result = softmax(rule.logits);
  result.insert(result.begin(), 1.0);
  return result;
}

TapWeight make_tapweight(std::vector<double> const& initial, double rate, double proximal, Descent descent) {
  expects(!initial.empty(), "TapWeight needs a pretraining task");
  check_rate(rate);
  if (!std::isfinite(proximal) || proximal < 0)
    fail_usage("the proximal term's factor is " + std::to_string(proximal) + "; give a number of at least 0");
  std::vector<double> const zeros(initial.size());
  return {.rate = rate,
          .proximal = proximal,
          .descent = descent,
          .logits = logits_of(initial),
          .first_moments = zeros,
          .second_moments = zeros,
          .steps = zeros};
}

}  // namespace tartan::weighting
