#pragma once

namespace tartan::model {

//! What stands between the two matrices of a feed-forward layer, and in the MLM head.
enum class Activation {
  gelu,       //!< x * Phi(x), by erf
  gelu_tanh,  //!< its approximation by tanh
  relu,
  silu,
  tanh,
};

}  // namespace tartan::model
