#include "curvature.hpp"

#include "level_gradient.hpp"
#include "tensor_lists.hpp"

#include <tartan/core/error.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace tartan::train {

Curvature::Curvature(Level const& level)
    : parameters_(level.parameters),
      gradient_(gradient(level.loss(level.key), parameters_, true)),
      together_(level.together) {}

Tensors Curvature::product(Tensors const& v, Tensors const& to) const {
  Tensors outputs, factors;
  for (std::size_t i = 0; i < gradient_.size(); ++i) {
    if (!gradient_[i].defined() || !gradient_[i].requires_grad()) continue;  // a constant
    outputs.push_back(gradient_[i]);
    factors.push_back(v[i]);
  }
  Tensors const own = outputs.empty() ? Tensors() : torch::autograd::grad(outputs, to, factors, true, false, true);
  return summed(together_, filled(own, to));
}

Tensors Curvature::damped(Tensors const& v, double damping) const {
  Tensors const product_with_hessian = product(v, parameters_);
  return damping == 0 ? product_with_hessian : plus(product_with_hessian, damping, v);
}

double Curvature::agreed(double number) const { return said_by_first(together_, number); }

namespace {

// What the series leaves of v is its next term, (1 - step H)^terms v: the residual costs no product of its own
Tensors neumann(Curvature const& curvature, Tensors const& v, HypergradientOptions const& o, PathReport& report) {
  Tensors sum = times(o.step, v), rest = plus(v, -o.step, curvature.damped(v, o.damping));
  for (report.products = 1; report.products < o.terms; ++report.products) {
    sum = plus(sum, o.step, rest);
    rest = plus(rest, -o.step, curvature.damped(rest, o.damping));
  }
  report.residual = curvature.agreed(norm(rest)) / report.vector_norm;
  if (o.terms == 1 || report.residual <= 2) return sum;  // a little negative curvature does no harm to a few terms
  report.end = PathEnd::grows;
  return times(0, v);
}

Tensors conjugate_gradients(Curvature const& curvature, Tensors const& v, HypergradientOptions const& o,
                            PathReport& report) {
  Tensors x = times(0, v), rest = v, direction = v;
  double square = dot(rest, rest);
  double const enough = o.tolerance * report.vector_norm;
  report.end = PathEnd::iterations;
  while (report.products < o.iterations) {
    Tensors const image = curvature.damped(direction, o.damping);
    ++report.products;
    double const curved = curvature.agreed(dot(direction, image));
    if (!std::isfinite(curved))
      fail_diverged("a curvature of the hypergradient is not finite; lower the learning rates");
    if (curved <= 0) return report.end = PathEnd::curvature, x;
    x = plus(x, square / curved, direction);
    rest = plus(rest, -square / curved, image);
    double const left = curvature.agreed(dot(rest, rest));
    report.residual = std::sqrt(left) / report.vector_norm;
    if (std::sqrt(left) <= enough) return report.end = PathEnd::done, x;
    direction = plus(rest, left / square, direction);
    square = left;
  }
  return x;
}

}  // namespace

Tensors solve(Curvature const& curvature, Tensors const& v, HypergradientOptions const& options, PathReport& report) {
  switch (options.inverse) {
    case InverseHessian::identity:
      return v;
    case InverseHessian::neumann:
      return neumann(curvature, v, options, report);
    case InverseHessian::cg:
      report.residual = 1;
      return conjugate_gradients(curvature, v, options, report);
    case InverseHessian::finite_difference:
      break;
  }
  fail_bug("a finite difference has no curvature to solve with");
}

}  // namespace tartan::train
