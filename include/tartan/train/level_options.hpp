#pragma once

#include <tartan/train/hypergradient.hpp>
#include <tartan/train/proximal.hpp>

namespace tartan::train {

enum class Levels {
  three,  //!< as published
  two,    //!< its ablation: one encoder learns the end task and the pretraining tasks; weights go down its dev loss
};

//! How TapWeight's levels hang together (ALGORITHMS 4).
struct LevelOptions {
  Levels levels = Levels::three;
  double proximal = 0.01;  //!< gamma of level II's gamma |phi - theta|^2
  ProximalNorm norm = ProximalNorm::squared;
  bool proximal_above = false;  //!< level III has the term too (published language runs)
  //! A deep net's Hessian is neither positive nor small: on ESOL with a tiny encoder these converge and less does not
  //! (RESULTS).
  HypergradientOptions hypergradient{.inverse = InverseHessian::identity, .step = 1e-3, .damping = 100};
  double upper_lr = 2e-5, upper_head_lr = 1e-3;  //!< of phi
};

}  // namespace tartan::train
