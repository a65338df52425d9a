#include "kernels/kernels.hpp"

#include <tartan/model/absorb.hpp>

namespace tartan::model {
namespace {

template <class S>
DotSquare sweep(at::Tensor const& gradient, at::Tensor const& probe, double weight, at::Tensor const& combined) {
  double sums[2];
  bool const aligned = probe.defined();
  kernels<S>().absorb(gradient.numel(), aligned ? probe.numel() : 0, weight, gradient.data_ptr<S>(),
                      aligned ? probe.data_ptr<S>() : nullptr, combined.data_ptr<S>(), sums);
  return {sums[0], sums[1]};
}

template <class S>
DotSquare sums_of(at::Tensor const& gradient, at::Tensor const& probe) {
  double sums[2];
  kernels<S>().absorb(probe.numel(), probe.numel(), 0, gradient.data_ptr<S>(), probe.data_ptr<S>(), nullptr, sums);
  return {sums[0], sums[1]};
}

DotSquare look_on_device(at::Tensor const& gradient, at::Tensor const& probe) {
  at::Tensor const body = gradient.narrow(0, 0, probe.numel());
  return {at::dot(body, probe).item<double>(), at::dot(body, body).item<double>()};
}

DotSquare on_device(at::Tensor const& gradient, at::Tensor const& probe, double weight, at::Tensor const& combined) {
  DotSquare result;
  if (probe.defined()) result = look_on_device(gradient, probe);
  combined.add_(gradient, weight);
  gradient.zero_();
  return result;
}

}  // namespace

DotSquare absorb(at::Tensor const& gradient, at::Tensor const& probe, double weight, at::Tensor const& combined) {
  if (!gradient.device().is_cpu()) return on_device(gradient, probe, weight, combined);
  return gradient.scalar_type() == at::kDouble ? sweep<double>(gradient, probe, weight, combined)
                                               : sweep<float>(gradient, probe, weight, combined);
}

DotSquare look(at::Tensor const& gradient, at::Tensor const& probe) {
  if (!gradient.device().is_cpu()) return look_on_device(gradient, probe);
  return gradient.scalar_type() == at::kDouble ? sums_of<double>(gradient, probe) : sums_of<float>(gradient, probe);
}

double square_sum(at::Tensor const& x) {
  if (!x.device().is_cpu()) return at::linalg_vector_norm(x, 2, {}, false, at::kDouble).square().item<double>();
  return x.scalar_type() == at::kDouble ? kernels<double>().square_sum(x.numel(), x.const_data_ptr<double>())
                                        : kernels<float>().square_sum(x.numel(), x.const_data_ptr<float>());
}

double weighted_square_sum(at::Tensor const& x, at::Tensor const& weight) {
  if (!x.device().is_cpu()) return at::dot(x * weight, x).item<double>();
  auto const sum = [&]<class S>(S) {
    return kernels<S>().weighted_square_sum(x.numel(), x.const_data_ptr<S>(), weight.const_data_ptr<S>());
  };
  return x.scalar_type() == at::kDouble ? sum(0.0) : sum(0.0F);
}

void inverse_root(at::Tensor const& x, double scale, double least, double eps, at::Tensor const& out) {
  if (!x.device().is_cpu()) {
    out.copy_(x).mul_(scale).clamp_min_(least).sqrt_().add_(eps).reciprocal_();
    return;
  }
  auto const fill = [&]<class S>(S) {
    kernels<S>().inverse_root(x.numel(), x.const_data_ptr<S>(), static_cast<S>(scale), static_cast<S>(least),
                              static_cast<S>(eps), out.data_ptr<S>());
  };
  x.scalar_type() == at::kDouble ? fill(0.0) : fill(0.0F);
}

}  // namespace tartan::model
