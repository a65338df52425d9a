#pragma once

#include <tartan/core/error.hpp>
#include <tartan/model/activation.hpp>

#include <ATen/ATen.h>

namespace tartan::model {

//! The activation as a differentiable ATen operation.
inline at::Tensor activate(at::Tensor const& x, Activation kind) {
  switch (kind) {
    case Activation::gelu:
      return at::gelu(x);
    case Activation::gelu_tanh:
      return at::gelu(x, "tanh");
    case Activation::relu:
      return at::relu(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::tanh:
      return at::tanh(x);
  }
  fail_bug("unknown activation");
}

}  // namespace tartan::model
