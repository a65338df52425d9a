// Second derivatives of a level times vectors, and what stands for the inverse of its Hessian.
#pragma once

#include <tartan/train/hypergradient.hpp>

namespace tartan::train {

//! The graph of a level's gradient where its parameters stand, kept for any number of products: one draw of dropout.
class Curvature {
 public:
  explicit Curvature(Level const& level);
  //! d2 loss / d(to) d(parameters) . v, in the shapes of `to`
  Tensors product(Tensors const& v, Tensors const& to) const;
  //! (H + damping) v
  Tensors damped(Tensors const& v, double damping) const;
  double agreed(double number) const;  //!< on what the level's ranks do next

 private:
  Tensors parameters_, gradient_;
  Together together_;
};

//! x, which stands for H^-1 v. `v` is not 0.
Tensors solve(Curvature const& curvature, Tensors const& v, HypergradientOptions const& options, PathReport& report);

}  // namespace tartan::train
