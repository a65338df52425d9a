#include <tartan/core/error.hpp>
#include <tartan/weighting/weighting.hpp>

#include <algorithm>
#include <cmath>

namespace tartan::weighting {
namespace {

constexpr double smallest_norm_product = 1e-8;

std::vector<double> softmax(std::vector<double> const& logits) {
  std::vector<double> result(logits.size());
  double const largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) sum += result[i] = std::exp(logits[i] - largest);
  for (double& value : result) value /= sum;
  return result;
}

void check_shape(Alignments const& alignments, std::size_t tasks) {
  expects(alignments.dot.size() == tasks && alignments.norm.size() == tasks && alignments.present.size() == tasks,
          "alignments must name every task once");
}

void update(Fixed&, Alignments const&) {}

void update(MetaTartan& rule, Alignments const& alignments) {
  check_shape(alignments, rule.logits.size());
  auto const similarity = rule.similarity == Similarity::dot ? alignments.dot : cosines(alignments);
  for (std::size_t i = 0; i < similarity.size(); ++i)
    if (!std::isfinite(similarity[i]))
      fail_diverged("the alignment of task " + std::to_string(i) +
                    " is not finite (its gradient or the probe overflowed); lower the learning rate");
  for (std::size_t i = 0; i < similarity.size(); ++i)
    if (alignments.present[i]) rule.logits[i] += rule.rate * similarity[i];
}

Needs needs(Fixed const&) { return {.alignments = false}; }
Needs needs(MetaTartan const&) { return {.alignments = true}; }
std::vector<double> weights(Fixed const& rule) { return rule.weights; }
std::vector<double> weights(MetaTartan const& rule) { return softmax(rule.logits); }

}  // namespace

std::vector<double> cosines(Alignments const& alignments) {
  check_shape(alignments, alignments.dot.size());
  std::vector<double> result(alignments.dot.size(), 0.0);
  for (std::size_t i = 0; i < result.size(); ++i)
    if (alignments.present[i])
      result[i] = alignments.dot[i] / std::max(alignments.norm[i] * alignments.probe_norm, smallest_norm_product);
  return result;
}

Fixed make_fixed(std::vector<double> weights) {
  for (double const weight : weights)
    if (!std::isfinite(weight) || weight < 0)
      fail_usage("task weight " + std::to_string(weight) + " is not a number of at least 0; see [task.*] weight");
  if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 0; }))
    fail_usage("task weights sum to 0 (nothing would be learned); give at least one task a weight above 0");
  return {std::move(weights)};
}

MetaTartan make_meta_tartan(std::size_t tasks, double rate, Similarity similarity) {
  expects(tasks > 0, "a learned weighting needs at least one task");
  if (!std::isfinite(rate) || rate < 0)
    fail_usage("the rate of the task weights is " + std::to_string(rate) + "; give a number of at least 0");
  return {
      .rate = rate, .similarity = similarity, .logits = std::vector<double>(tasks, 1.0 / static_cast<double>(tasks))};
}

double reach_of_ratio(double rate, std::int64_t steps, double difference) {
  return std::exp(rate * static_cast<double>(steps) * difference);
}

Needs needs(Weighting const& weighting) {
  return std::visit([](auto const& rule) { return needs(rule); }, weighting);
}

std::vector<double> weights(Weighting const& weighting) {
  return std::visit([](auto const& rule) { return weights(rule); }, weighting);
}

void update(Weighting& weighting, Alignments const& alignments) {
  std::visit([&](auto& rule) { update(rule, alignments); }, weighting);
}

}  // namespace tartan::weighting
