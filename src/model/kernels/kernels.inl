#include "kernels.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace tartan::model::TARTAN_ISA {

// the later build on the earlier
// clang-format off
#include "primitives.inl"
#include "attention.inl"
#include "rowwise.inl"
// clang-format on

template <class S>
KernelTable<S> table() {
  return {attention_forward<S>,
          attention_backward<S>,
          residual_norm_forward<S>,
          residual_norm_backward<S>,
          bias_activation<S>,
          activation_backward<S>,
          add_column_sums<S>,
          dropout<S>,
          cross_entropy<S>,
          absorb<S>,
          square_sum<S>,
          weighted_square_sum<S>,
          inverse_root<S>};
}

template KernelTable<float> table();
template KernelTable<double> table();

}  // namespace tartan::model::TARTAN_ISA
