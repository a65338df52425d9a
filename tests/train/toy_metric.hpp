#pragma once

#include "toy_trainer.hpp"

#include <cmath>

namespace tartan::train::toy {

//! 1 / (sqrt(max(v^, a hundredth of its mean)) + eps) by ATen, over the body, after `steps` steps.
inline at::Tensor diagonal(Trainer& trainer, int steps) {
  auto const& layout = trainer.model().parameters.layout();
  at::Tensor const v = trainer.optimizer().second_moment().narrow(0, 0, layout.body_size()) /
                       (1 - std::pow(optim::AdamWOptions().beta2, steps));
  return 1 / (v.clamp_min(0.01 * v.mean().item<double>()).sqrt() + optim::AdamWOptions().eps);
}

}  // namespace tartan::train::toy
