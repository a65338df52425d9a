#include "rules.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tartan::weighting {

namespace {

template <class Real>
std::vector<double> softmax_in(std::vector<Real> logits) {
  Real const largest = *std::max_element(logits.begin(), logits.end());
  Real sum = 0;
  for (Real& value : logits) sum += value = std::exp(value - largest);
  for (Real& value : logits) value /= sum;
  return {logits.begin(), logits.end()};
}

}  // namespace

std::vector<double> softmax(std::vector<double> const& logits) { return softmax_in(logits); }

std::vector<double> mirror_step(std::vector<double> shares, double rate, std::vector<double> const& alignment) {
  for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = std::log(shares[i]) + rate * alignment[i];
  return softmax(shares);
}

void check_shape(Alignments const& alignments, std::size_t tasks) {
  expects(alignments.dot.size() == tasks && alignments.norm.size() == tasks && alignments.present.size() == tasks,
          "alignments must name every task once");
}

void check_losses(std::vector<double> const& losses, std::size_t tasks) {
  expects(losses.size() == tasks, "losses must name every task once");
}

void check_finite(std::vector<double> const& values, std::vector<bool> const& present, char const* what) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (present[i] && !std::isfinite(values[i]))
      fail_diverged(std::string("the ") + what + " of task " + std::to_string(i) +
                    " is not finite (its gradient or the probe overflowed); lower the learning rate");
}

std::vector<double> similarities(Similarity similarity, Alignments const& alignments) {
  if (similarity != Similarity::dot) return cosines(alignments);
  std::vector<double> result = alignments.dot;
  for (std::size_t i = 0; i < result.size(); ++i)
    if (!alignments.present[i]) result[i] = 0;
  return result;
}

void check_rate(double rate) {
  if (!std::isfinite(rate) || rate < 0)
    fail_usage("the rate of the task weights is " + std::to_string(rate) + "; give a number of at least 0");
}

std::vector<double> logits_of(std::vector<double> const& initial) {
  std::vector<double> result;
  for (double const weight : initial) {
    if (!std::isfinite(weight) || weight <= 0)
      fail_usage("a learned task weight cannot start at " + std::to_string(weight) +
                 " (it would never grow); give a [task.*] weight above 0, or leave the task out");
    result.push_back(std::log(weight));
  }
  return result;
}

namespace {

void update(Fixed&, Alignments const&, std::vector<double> const&) {}
void update(Random&, Alignments const&, std::vector<double> const&) {}

//! Logits whose softmax keeps to the bounds; the same where it does so already.
void bound(MetaTartan& rule) {
  auto const free = softmax(rule.logits), kept = within(rule.bounds, free);
  if (kept == free) return;
  for (std::size_t i = 0; i < kept.size(); ++i)
    rule.logits[i] = std::log(std::max(kept[i], std::numeric_limits<double>::min()));
}

//! What each look adds to a task's mean similarity over the looks in which it is present.
std::vector<std::vector<double>> parts_of_means(MetaTartan const& rule, std::vector<Alignments> const& looks) {
  std::vector<std::vector<double>> parts;
  std::vector<double> counts(rule.logits.size());
  for (auto const& alignments : looks) {
    check_shape(alignments, rule.logits.size());
    parts.push_back(similarities(rule.similarity, alignments));
    check_finite(parts.back(), alignments.present, "alignment");
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += alignments.present[i] ? 1 : 0;
  }
  for (auto& part : parts)
    for (std::size_t i = 0; i < part.size(); ++i) part[i] /= std::max(counts[i], 1.0);
  return parts;
}

template <class Real>
void move_logits(MetaTartan& rule, std::vector<std::vector<double>> const& parts) {
  for (std::size_t i = 0; i < rule.logits.size(); ++i) {
    Real mean = 0;
    for (auto const& part : parts) mean += static_cast<Real>(part[i]);
    rule.logits[i] = static_cast<Real>(rule.logits[i]) + static_cast<Real>(rule.rate) * mean;
  }
}

void update(MetaTartan& rule, std::vector<Alignments> const& looks, std::vector<double> const&) {
  auto const parts = parts_of_means(rule, looks);
  rule.type == LogitType::float32 ? move_logits<float>(rule, parts) : move_logits<double>(rule, parts);
  bound(rule);
}

template <class Rule>
void update(Rule& rule, std::vector<Alignments> const& looks, std::vector<double> const& losses) {
  update(rule, mean(looks), losses);
}

}  // namespace

void update(MetaTartan& rule, Alignments const& alignments, std::vector<double> const& losses) {
  update(rule, std::vector{alignments}, losses);
}

namespace {

Needs needs(Fixed const&) { return {}; }
Needs needs(MetaTartan const& rule) { return {.alignments = true, .metric = rule.similarity == Similarity::adam}; }
Needs needs(LayeredTartan const& rule) {
  Needs result = needs(rule.rules.front());
  result.groups = true;
  return result;
}
Needs needs(Dga const& rule) { return {.end_alignments = true, .metric = rule.similarity == Similarity::adam}; }
Needs needs(Tawt const& rule) { return {.end_alignments = true, .metric = rule.similarity == Similarity::adam}; }
Needs needs(Gcs const&) { return {.end_alignments = true, .gates = true}; }
Needs needs(GradNorm const&) { return {.norms = true, .losses = true}; }
Needs needs(Uncertainty const&) { return {.losses = true}; }
Needs needs(Random const&) { return {}; }
Needs needs(TapWeight const&) { return {.alignments = true}; }

std::vector<double> weights(Fixed const& rule) { return rule.weights; }
std::vector<double> weights(MetaTartan const& rule) {
  if (rule.type == LogitType::float32) return softmax_in(std::vector<float>(rule.logits.begin(), rule.logits.end()));
  return softmax(rule.logits);
}
std::vector<double> weights(Tawt const& rule) { return rule.shares; }
std::vector<double> weights(GradNorm const& rule) { return rule.weights; }
std::vector<double> weights(Random const& rule) { return rule.weights; }

}  // namespace

std::vector<double> cosines(Alignments const& alignments) {
  check_shape(alignments, alignments.dot.size());
  std::vector<double> result(alignments.dot.size(), 0.0);
  for (std::size_t i = 0; i < result.size(); ++i)
    if (alignments.present[i])
      result[i] =
          !alignments.mean_cosine.empty()
              ? alignments.mean_cosine[i]
              : alignments.dot[i] / std::max(alignments.norm[i] * alignments.probe_norm, alignments.least_norm_product);
  return result;
}

Alignments mean(std::vector<Alignments> const& looks) {
  expects(!looks.empty(), "a mean of no alignments");
  if (looks.size() == 1) return looks.front();
  std::size_t const tasks = looks.front().dot.size();
  Alignments result{
      .dot = std::vector<double>(tasks), .norm = std::vector<double>(tasks), .present = std::vector<bool>(tasks)};
  result.least_norm_product = looks.front().least_norm_product;
  result.mean_cosine.resize(tasks);
  std::vector<double> counts(tasks);
  for (auto const& look : looks) {
    auto const each = cosines(look);
    for (std::size_t i = 0; i < tasks; ++i)
      if (look.present[i])
        result.mean_cosine[i] += each[i], result.dot[i] += look.dot[i], result.norm[i] += look.norm[i], ++counts[i];
    result.probe_norm += look.probe_norm / static_cast<double>(looks.size());
  }
  for (std::size_t i = 0; i < tasks; ++i) {
    result.present[i] = counts[i] > 0;
    if (counts[i] == 0) continue;
    for (auto* sums : {&result.mean_cosine, &result.dot, &result.norm}) (*sums)[i] /= counts[i];
  }
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
  check_rate(rate);
  return {
      .rate = rate, .similarity = similarity, .logits = std::vector<double>(tasks, 1.0 / static_cast<double>(tasks))};
}

void keep_in_float32(MetaTartan& rule) {
  rule.type = LogitType::float32;
  for (double& logit : rule.logits) logit = static_cast<float>(logit);
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

void update(Weighting& weighting, Alignments const& alignments, std::vector<double> const& losses) {
  update(weighting, std::vector{alignments}, losses);
}

void update(Weighting& weighting, std::vector<Alignments> const& looks, std::vector<double> const& losses) {
  std::visit([&](auto& rule) { update(rule, looks, losses); }, weighting);
}

bool is_learned(Weighting const& weighting) { return !std::holds_alternative<Fixed>(weighting); }

void begin_step(Weighting& weighting, std::int64_t step) {
  if (auto* random = std::get_if<Random>(&weighting)) begin_step(*random, step);
}

double gate(Weighting const& weighting, std::size_t task, double cosine, bool end, bool present) {
  auto const* rule = std::get_if<Gcs>(&weighting);
  expects(rule != nullptr, "this weighting has no gate");
  return gate(*rule, task, cosine, end, present);
}

}  // namespace tartan::weighting
