#include "tensor_lists.hpp"

#include <tartan/core/error.hpp>

#include <cmath>

namespace tartan::train {

Tensors filled(Tensors const& list, Tensors const& like) {
  expects(list.empty() || list.size() == like.size(), "a vector must have a tensor for every parameter");
  Tensors result;
  for (std::size_t i = 0; i < like.size(); ++i)
    result.push_back(!list.empty() && list[i].defined() ? list[i].detach() : at::zeros_like(like[i]));
  return result;
}

double dot(Tensors const& a, Tensors const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += at::mul(a[i], b[i]).sum(at::kDouble).item<double>();
  return sum;
}

double norm(Tensors const& a) { return std::sqrt(dot(a, a)); }

Tensors plus(Tensors const& a, double factor, Tensors const& b) {
  Tensors result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(at::add(a[i], b[i], factor));
  return result;
}

Tensors times(double factor, Tensors const& a) {
  Tensors result;
  for (auto const& tensor : a) result.push_back(at::mul(tensor, factor));
  return result;
}

}  // namespace tartan::train
