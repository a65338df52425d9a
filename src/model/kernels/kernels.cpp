#include "kernels.hpp"

namespace tartan::model {

#define TARTAN_DECLARE(isa)                    \
  namespace isa {                              \
  template <class S>                           \
  KernelTable<S> table();                      \
  extern template KernelTable<float> table();  \
  extern template KernelTable<double> table(); \
  }
TARTAN_DECLARE(base)
TARTAN_DECLARE(avx2)
TARTAN_DECLARE(avx512)

template <class S>
KernelTable<S> choose() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return avx512::table<S>();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::table<S>();
  return base::table<S>();
}

template <class S>
KernelTable<S> const& kernels() {
  static KernelTable<S> const table = choose<S>();
  return table;
}

template KernelTable<float> const& kernels();
template KernelTable<double> const& kernels();

}  // namespace tartan::model
