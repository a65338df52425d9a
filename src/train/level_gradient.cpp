#include "level_gradient.hpp"

#include <torch/csrc/autograd/autograd.h>

namespace tartan::train {

Tensors gradient(at::Tensor const& loss, Tensors const& by, bool again) {
  if (!loss.requires_grad()) return Tensors(by.size());
  return torch::autograd::grad({loss}, by, {}, true, again, true);
}

}  // namespace tartan::train
