#pragma once

#include <tartan/core/random.hpp>

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace tartan::train {

using Tensors = std::vector<at::Tensor>;

//! How the inverse Hessian of a level is replaced in v -> -d2 loss / d(to) d(parameters) . H^-1 v.
enum class InverseHessian {
  identity,           //!< by 1; the product with the mixed derivative is exact (double backward)
  finite_difference,  //!< by 1, and the product by a central difference of gradients: the published code (Betty)
  neumann,            //!< step * sum over k < terms of (1 - step H)^k, as in Lorraine et al. 2020 (arXiv 1911.02590)
  cg,                 //!< conjugate gradients, as in Rajeswaran et al. 2019 (arXiv 1909.04630)
};

struct HypergradientOptions {
  InverseHessian inverse = InverseHessian::finite_difference;
  double difference = 0.01;      //!< length by which a finite difference moves the level's parameters, up and down
  std::int64_t terms = 10;       //!< of the Neumann series, a Hessian product each
  double step = 0.1;             //!< of the Neumann series; below 2 / (largest curvature), else it diverges
  std::int64_t iterations = 20;  //!< of conjugate gradients, at most; a Hessian product each
  double tolerance = 1e-8;       //!< conjugate gradients end at this residual / |v|
  double damping = 0;            //!< added to the Hessian's diagonal (neumann, cg)
};

//! What ranks do that each hold a share of a level's examples and all hold the same parameters; none: a rank alone.
struct Together {
  std::function<Tensors(Tensors const&)> sum{};  //!< over ranks, of what each got from its own share
  std::function<double(double)> first_says{};    //!< rank 0's number, so that all take the same turns
};

//! A level's parameters and what it minimises over them, given those of the levels below.
struct Level {
  Tensors parameters;  //!< leaves that require gradients; a finite difference moves them, and puts them back bit by bit
  //! The loss where all parameters stand, differentiable by `parameters` and by what the level depends upon (by
  //! neumann, cg and identity: twice). Every random draw comes from the key, so that two calls differ by the parameters
  //! alone: otherwise a finite difference divides noise by its small step.
  std::function<at::Tensor(Key)> loss;
  Key key;
  Together together{};  //!< `loss` is then this rank's part of the sum that the level minimises
};

enum class PathEnd {
  done,
  no_direction,  //!< |v| is below 1e-15: the result is 0, and no loss was taken
  iterations,    //!< conjugate gradients did not come down to the tolerance
  //! Conjugate gradients met a direction p with <p, (H + damping) p> <= 0, along which the level has no minimum: what
  //! they had solved before it is used, which is 0 where it was the first. More damping goes on.
  curvature,
  grows,  //!< the Neumann series left twice of what it began with, or more: the result is 0; a smaller step or more
          //!< damping goes on
};

//! What one product through a level went by.
struct PathReport {
  double vector_norm = 0;     //!< |v| over all parameters of the level
  double epsilon = 0;         //!< factor of v in a finite difference: difference / (|v| + 1e-15)
  std::int64_t products = 0;  //!< with the Hessian
  double residual = 0;        //!< |v - (H + damping) x| / |v| of the x that stands for H^-1 v (neumann, cg)
  PathEnd end = PathEnd::done;
};

//! -d2 loss / d(to) d(parameters) . H^-1 v at the parameters as they are: how an objective whose gradient by the
//! level's optimum is v changes with `to` (implicit differentiation). Undefined tensors of `v` count as 0. The result
//! has the shapes of `to`, 0 where the loss does not depend on one. Collective where the level is shared, with the same
//! `v` on every rank, and gives every rank the same. Throws ExitStatus::diverged where |v| is not finite. Two levels
//! need no more: v = the outer gradient, `to` = the weights.
Tensors through(Level const& level, Tensors const& v, Tensors const& to, HypergradientOptions const& options,
                PathReport& report);

//! Gradients of the outermost loss by the parameters of two levels; undefined where it does not depend on one.
struct OuterGradient {
  Tensors by_second, by_first;
};
OuterGradient outer_gradient(at::Tensor const& loss, Level const& first, Level const& second);

struct Hypergradient {
  Tensors by_weights;
  //! Through the second level, then through the first one; by finite differences a third of `by_first`, where there is
  //! one: its own product, as the published code has it.
  std::vector<PathReport> paths;
};

//! TapWeight (arXiv 2410.10006; ALGORITHMS 4): gradient of level III by the task weights or logits `weights`, which
//! level I (`first`) reads, through level II (`second`), which reads the parameters of level I. Where level III depends
//! on those too (its proximal term, in the language runs), the path past level II is added. Collective and throws as
//! `through`.
Hypergradient hypergradient(Level const& first, Level const& second, Tensors const& weights, OuterGradient const& outer,
                            HypergradientOptions const& options);

}  // namespace tartan::train
