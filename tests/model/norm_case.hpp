#pragma once

#include "kernel_tables.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace tartan::model::testing {

//! y, grad_sum, grad_z, grad_bias, grad_gamma, grad_beta
using NormResult = std::vector<at::Tensor>;

struct NormParts {
  bool bias = true, residual = true;
  double dropout = 0;
};

template <class S>
struct NormCase {
  std::int64_t rows, width;
  NormParts parts{};
  double eps = 1e-5;

  at::Tensor z = random<S>({rows, width}), residual = random<S>({rows, width}) + 2, bias = random<S>({width});
  at::Tensor gamma = random<S>({width}) + 1, beta = random<S>({width}), grad = random<S>({rows, width});
  at::Tensor before = random<S>({width});  //!< what the parameters' gradients hold already
  std::vector<std::uint64_t> keys = std::vector<std::uint64_t>(static_cast<std::size_t>(rows), 5);
  std::vector<std::uint32_t> places = std::vector<std::uint32_t>(static_cast<std::size_t>(rows), 3);

  DropoutRows dropout() const {
    return {static_cast<std::uint32_t>(std::lround(parts.dropout * 65536)), 2, 0, keys.data(), places.data()};
  }

  //! `in_place`: one buffer for the gradients of y, sum and z, as the embeddings use it.
  NormResult run(KernelTable<S> const& kernels, bool in_place = false) const {
    at::Tensor const sum = z.clone(), mean = at::empty({rows}, z.options()), rstd = at::empty_like(mean),
                     y = at::empty_like(z);
    at::Tensor const grad_z = grad.clone(), grad_sum = in_place ? grad_z : at::empty_like(z);
    at::Tensor const grad_bias = before.clone(), grad_gamma = before.clone(), grad_beta = before.clone();
    ResidualNorm<S> n{};
    n.rows = rows;
    n.width = width;
    n.bias = parts.bias ? data<S>(bias) : nullptr;
    n.residual = parts.residual ? data<S>(residual) : nullptr;
    n.gamma = data<S>(gamma);
    n.beta = data<S>(beta);
    n.eps = eps;
    n.dropout = dropout();
    n.sum = data<S>(sum);
    n.mean = data<S>(mean);
    n.rstd = data<S>(rstd);
    n.y = data<S>(y);
    kernels.residual_norm_forward(n);
    n.grad_y = n.grad_z = data<S>(grad_z);
    n.grad_sum = data<S>(grad_sum);
    n.grad_bias = parts.bias ? data<S>(grad_bias) : nullptr;
    n.grad_gamma = data<S>(grad_gamma);
    n.grad_beta = data<S>(grad_beta);
    kernels.residual_norm_backward(n);
    return {y, grad_sum, grad_z, grad_bias, grad_gamma, grad_beta};
  }

  NormResult reference() const {
    auto const leaf = [](at::Tensor const& x) { return x.to(at::kDouble, false, true).requires_grad_(); };
    at::Tensor const x = leaf(z), r = leaf(residual), b = leaf(bias), g = leaf(gamma), c = leaf(beta);
    at::Tensor mask = at::ones({rows, width}, at::kDouble);
    kernels<double>().dropout(rows, width, dropout(), data<double>(mask));
    at::Tensor const sum = (parts.bias ? x + b : x + 0 * b) * mask + (parts.residual ? r : 0 * r);
    at::Tensor const y = at::layer_norm(sum, {width}, g, c, eps);
    auto const grads = torch::autograd::grad({y}, {sum, x, b, g, c}, {grad.to(at::kDouble)});
    at::Tensor const old = before.to(at::kDouble);
    return {y.detach(), grads[0], grads[1], grads[2] + old, grads[3] + old, grads[4] + old};
  }
};

}  // namespace tartan::model::testing
