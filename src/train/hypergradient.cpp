#include "curvature.hpp"
#include "level_gradient.hpp"
#include "tensor_lists.hpp"

#include <tartan/core/error.hpp>
#include <tartan/train/hypergradient.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

namespace tartan::train {
namespace {

constexpr double least_norm = 1e-15;  // which the published code adds to |v|: below it a step is shorter than asked for

//! Parameters that are moved for a while.
class Moved {
 public:
  explicit Moved(Tensors const& parameters) : parameters_(parameters) {
    for (auto const& one : parameters) saved_.push_back(one.detach().clone());
  }
  ~Moved() {
    at::NoGradGuard const guard;
    for (std::size_t i = 0; i < saved_.size(); ++i) parameters_[i].copy_(saved_[i]);
  }
  Moved(Moved const&) = delete;
  Moved& operator=(Moved const&) = delete;

  void by(double factor, Tensors const& v) {
    at::NoGradGuard const guard;
    for (std::size_t i = 0; i < saved_.size(); ++i) at::add_out(parameters_[i], saved_[i], v[i], factor);
  }

 private:
  Tensors parameters_, saved_;
};

Tensors by_difference(Level const& level, Tensors const& v, Tensors const& to, double epsilon) {
  Moved moved(level.parameters);
  moved.by(epsilon, v);
  Tensors const above = filled(gradient(level.loss(level.key), to), to);
  moved.by(-epsilon, v);
  Tensors const below = filled(gradient(level.loss(level.key), to), to);
  return summed(level.together, times(1 / (2 * epsilon), plus(below, -1, above)));
}

bool depends(Tensors const& gradient) {
  return std::ranges::any_of(gradient, [](at::Tensor const& one) { return one.defined(); });
}

}  // namespace

Tensors through(Level const& level, Tensors const& v, Tensors const& to, HypergradientOptions const& options,
                PathReport& report) {
  Tensors const direction = filled(v, level.parameters);
  report = {.vector_norm = said_by_first(level.together, norm(direction))};
  if (!std::isfinite(report.vector_norm))
    fail_diverged(
        "a vector of the hypergradient is not finite (task weights cannot follow it); lower the learning rates");
  if (report.vector_norm <= least_norm) {
    report.end = PathEnd::no_direction;
    return filled({}, to);
  }
  if (options.inverse == InverseHessian::finite_difference) {
    report.epsilon = options.difference / (report.vector_norm + least_norm);
    return by_difference(level, direction, to, report.epsilon);
  }
  Curvature const curvature(level);
  return times(-1, curvature.product(solve(curvature, direction, options, report), to));
}

OuterGradient outer_gradient(at::Tensor const& loss, Level const& first, Level const& second) {
  return {.by_second = gradient(loss, second.parameters), .by_first = gradient(loss, first.parameters)};
}

Hypergradient hypergradient(Level const& first, Level const& second, Tensors const& weights, OuterGradient const& outer,
                            HypergradientOptions const& options) {
  Hypergradient result;
  auto const path = [&](Level const& level, Tensors const& v, Tensors const& to) {
    return through(level, v, to, options, result.paths.emplace_back());
  };
  Tensors v = path(second, outer.by_second, first.parameters);
  bool const direct = depends(outer.by_first), apart = options.inverse == InverseHessian::finite_difference;
  if (direct && !apart) v = plus(v, 1, filled(outer.by_first, first.parameters));
  result.by_weights = path(first, v, weights);
  if (direct && apart) result.by_weights = plus(result.by_weights, 1, path(first, outer.by_first, weights));
  return result;
}

}  // namespace tartan::train
