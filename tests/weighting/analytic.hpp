#pragma once

#include <tartan/core/random.hpp>
#include <tartan/weighting/weighting.hpp>

#include <cmath>
#include <functional>
#include <numeric>
#include <ostream>
#include <string>

namespace tartan::weighting::analytic {

using Vector = std::vector<double>;

inline double dot(Vector const& a, Vector const& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }
inline double norm(Vector const& a) { return std::sqrt(dot(a, a)); }

//! into += factor * from
inline void add(Vector& into, double factor, Vector const& from) {
  for (std::size_t k = 0; k < into.size(); ++k) into[k] += factor * from[k];
}

//! sum_i weights_i * vectors_i
inline Vector mix(Vector const& weights, std::vector<Vector> const& vectors) {
  Vector result(vectors[0].size(), 0.0);
  for (std::size_t i = 0; i < vectors.size(); ++i) add(result, weights[i], vectors[i]);
  return result;
}

inline double squared_distance(Vector a, Vector const& b) {
  add(a, -1, b);
  return dot(a, a);
}

inline Vector normal_vector(Stream& stream, std::size_t size, double deviation) {
  Vector result(size);
  for (double& value : result) value = deviation * stream.normal();
  return result;
}

inline Alignments align(std::vector<Vector> const& gradients, Vector const& probe) {
  Alignments result{.dot = {}, .norm = {}, .present = {}, .probe_norm = norm(probe)};
  for (auto const& gradient : gradients) {
    result.dot.push_back(dot(gradient, probe));
    result.norm.push_back(norm(gradient));
    result.present.push_back(true);
  }
  return result;
}

//! A weighting under test, made afresh for a number of tasks. Further similarities join a test's list of rules.
struct Rule {
  std::string name;
  std::function<Weighting(std::size_t tasks)> make;
};

inline std::ostream& operator<<(std::ostream& out, Rule const& rule) { return out << rule.name; }

inline Rule cosine_rule(double rate) {
  return {"cosine", [rate](std::size_t tasks) { return Weighting(make_meta_tartan(tasks, rate)); }};
}

inline Rule dot_rule(double rate) {
  return {"dot", [rate](std::size_t tasks) { return Weighting(make_meta_tartan(tasks, rate, Similarity::dot)); }};
}

//! Losses L_i = |theta - targets_i|^2 / 2, judged by |theta - dev_target|^2 / 2.
struct Quadratics {
  std::vector<Vector> targets;
  Vector dev_target;
  double learning_rate = 0.1;
  double gradient_noise = 0;  //!< standard deviation per coordinate
  double probe_noise = 0;
};

inline Vector difference(Vector a, Vector const& b, double noise, Stream& stream) {
  add(a, -1, b);
  if (noise > 0) add(a, 1, normal_vector(stream, a.size(), noise));
  return a;
}

//! One optimiser step in the order of a run: probe and gradients at theta, step with the old weights, then the update.
inline void step(Quadratics const& problem, Weighting& weighting, Vector& theta, Stream& stream) {
  Vector const probe = difference(theta, problem.dev_target, problem.probe_noise, stream);
  std::vector<Vector> gradients;
  for (auto const& target : problem.targets)
    gradients.push_back(difference(theta, target, problem.gradient_noise, stream));
  add(theta, -problem.learning_rate, mix(weights(weighting), gradients));
  update(weighting, align(gradients, probe));
}

//! Weights averaged over steps [average_from, steps), from theta = 0.
inline Vector learn_weights(Quadratics const& problem, Weighting weighting, int steps, int average_from,
                            Key noise = Key(1)) {
  Stream stream(noise);
  Vector theta(problem.dev_target.size(), 0.0);
  Vector average(problem.targets.size(), 0.0);
  for (int t = 0; t < steps; ++t) {
    if (t >= average_from) add(average, 1.0 / (steps - average_from), weights(weighting));
    step(problem, weighting, theta, stream);
  }
  return average;
}

}  // namespace tartan::weighting::analytic
