// Three levels whose optima are known in closed form.
#pragma once

#include <tartan/train/hypergradient.hpp>

#include <ATen/ATen.h>

#include <vector>

namespace tartan::train::quadratics {

inline at::Tensor vector(std::vector<double> const& values) { return at::tensor(values, at::kDouble); }
inline at::Tensor diagonal(std::vector<double> const& values) { return at::diag(vector(values)); }

//! (x - centre)' curvature (x - centre) / 2
struct Quadratic {
  at::Tensor curvature, centre;  // (n, n), (n)
  at::Tensor operator()(at::Tensor const& x) const {
    at::Tensor const d = x - centre;
    return d.dot(at::mv(curvature, d)) / 2;
  }
  at::Tensor gradient(at::Tensor const& x) const { return at::mv(curvature, x - centre); }
};

struct Problem {
  std::vector<Quadratic> tasks;
  Quadratic finetune, validation;
  double gamma = 0.5;
  bool prox_above = false;  //!< level III has the proximal term too

  at::Tensor prox(at::Tensor const& theta, at::Tensor const& phi) const { return gamma * (phi - theta).pow(2).sum(); }
  at::Tensor outer(at::Tensor const& theta, at::Tensor const& phi) const {
    return prox_above ? validation(phi) + prox(theta, phi) : validation(phi);
  }
  at::Tensor best_theta(at::Tensor const& logits) const {
    at::Tensor const lambda = at::softmax(logits, 0);
    at::Tensor hessian = at::zeros_like(finetune.curvature), pull = at::zeros_like(finetune.centre);
    for (std::size_t m = 0; m < tasks.size(); ++m) {
      at::Tensor const share = lambda[static_cast<std::int64_t>(m)];
      hessian = hessian + share * tasks[m].curvature;
      pull = pull + share * at::mv(tasks[m].curvature, tasks[m].centre);
    }
    return at::linalg_solve(hessian, pull);
  }
  at::Tensor best_phi(at::Tensor const& theta) const {
    at::Tensor const eye = at::eye(theta.numel(), theta.options());
    return at::linalg_solve(finetune.curvature + 2 * gamma * eye,
                            at::mv(finetune.curvature, finetune.centre) + 2 * gamma * theta);
  }
  //! What level III costs where both levels are at their optima.
  double cost(at::Tensor const& logits) const {
    at::Tensor const theta = best_theta(logits);
    return outer(theta, best_phi(theta)).item<double>();
  }
  //! Its central difference by each logit: nothing that is tested has a part in it.
  at::Tensor slope(at::Tensor const& logits) const {
    std::vector<double> result;
    for (std::int64_t m = 0; m < logits.numel(); ++m) {
      at::Tensor const up = logits.clone(), down = logits.clone();
      up[m] += 1e-4;
      down[m] -= 1e-4;
      result.push_back((cost(up) - cost(down)) / 2e-4);
    }
    return vector(result);
  }
};

//! Parameters of a problem, and the levels that read them.
struct State {
  State(Problem given, at::Tensor const& logits)
      : problem(std::move(given)), w(logits.clone()), theta(problem.best_theta(w)), phi(problem.best_phi(theta)) {
    for (at::Tensor* leaf : {&w, &theta, &phi}) leaf->requires_grad_();
  }
  void stand_at(at::Tensor const& new_theta, at::Tensor const& new_phi) {
    theta = new_theta.clone().requires_grad_();
    phi = new_phi.clone().requires_grad_();
  }
  at::Tensor pretraining_loss() const {
    at::Tensor const lambda = at::softmax(w, 0);
    at::Tensor sum = at::zeros({}, w.options());
    for (std::size_t m = 0; m < problem.tasks.size(); ++m)
      sum = sum + lambda[static_cast<std::int64_t>(m)] * problem.tasks[m](theta);
    return sum;
  }
  Level first() const {
    return {{theta}, [this](Key) { return pretraining_loss(); }, Key()};
  }
  Level second() const {
    return {{phi}, [this](Key) { return problem.finetune(phi) + problem.prox(theta, phi); }, Key()};
  }
  Hypergradient hypergradient(HypergradientOptions const& options) const {
    OuterGradient const outer = outer_gradient(problem.outer(theta, phi), first(), second());
    return train::hypergradient(first(), second(), {w}, outer, options);
  }
  at::Tensor by_weights(HypergradientOptions const& options) const { return hypergradient(options).by_weights[0]; }

  Problem problem;
  at::Tensor w, theta, phi;
};

//! ALGORITHMS 7.11
inline Problem oracle() {
  return {.tasks = {{diagonal({1, 2}), vector({1, 0})}, {diagonal({2, 1}), vector({0, 1})}},
          .finetune = {diagonal({1, 1}), vector({0.5, 0.5})},
          .validation = {diagonal({1, 1}), vector({1, 0.5})}};
}

inline HypergradientOptions exactly() { return {.inverse = InverseHessian::cg, .iterations = 50, .tolerance = 1e-13}; }
inline HypergradientOptions neumann(std::int64_t terms, double step) {
  return {.inverse = InverseHessian::neumann, .terms = terms, .step = step};
}
inline HypergradientOptions identity() { return {.inverse = InverseHessian::identity}; }

inline double distance(at::Tensor const& a, at::Tensor const& b) { return (a - b).abs().max().item<double>(); }

}  // namespace tartan::train::quadratics
