#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <gtest/gtest.h>
#include <model/kernels/kernels.hpp>
#include <type_traits>
#include <vector>

#define TARTAN_DECLARE(isa)                    \
  namespace tartan::model::isa {               \
  template <class S>                           \
  KernelTable<S> table();                      \
  extern template KernelTable<float> table();  \
  extern template KernelTable<double> table(); \
  }
TARTAN_DECLARE(base)
TARTAN_DECLARE(avx2)
TARTAN_DECLARE(avx512)
#undef TARTAN_DECLARE

namespace tartan::model::testing {

template <class S>
struct NamedTable {
  char const* name;
  KernelTable<S> kernels;
};

//! The kernels of every instruction set that this machine has.
template <class S>
std::vector<NamedTable<S>> all_tables() {
  std::vector<NamedTable<S>> tables{{"base", base::table<S>()}};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tables.push_back({"avx2", avx2::table<S>()});
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    tables.push_back({"avx512", avx512::table<S>()});
  return tables;
}

template <class S>
constexpr at::ScalarType type_of = std::is_same_v<S, double> ? at::kDouble : at::kFloat;

//! Bound on rounding, relative to the largest element: the kernels' own approximations included.
template <class S>
constexpr double rounding = std::is_same_v<S, double> ? 1e-13 : 2e-6;

template <class S>
at::Tensor random(at::IntArrayRef shape) {
  return at::randn(shape, at::dtype(type_of<S>));
}

template <class S>
S* data(at::Tensor const& tensor) {
  return tensor.data_ptr<S>();
}

using Scalars = ::testing::Types<float, double>;

//! The same random numbers for each test, and one thread: in small problems more would only wait for each other.
template <class S>
class KernelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    at::manual_seed(20);
    at::set_num_threads(1);
  }
};

}  // namespace tartan::model::testing
