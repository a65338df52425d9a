#pragma once

#include <tartan/comm/communicator.hpp>
#include <tartan/core/error.hpp>

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

namespace tartan::comm::suite {

//! The communicator under test; each program that includes this suite supplies one.
Communicator& subject();

template <class Number>
constexpr Type type_of() {
  if constexpr (std::is_same_v<Number, float>) return Type::float32;
  if constexpr (std::is_same_v<Number, double>) return Type::float64;
  if constexpr (std::is_same_v<Number, std::int64_t>) return Type::int64;
  return Type::uint8;
}

inline std::size_t num_ranks() { return static_cast<std::size_t>(subject().size()); }
inline std::size_t own_rank() { return static_cast<std::size_t>(subject().rank()); }
inline std::size_t total(std::vector<std::size_t> const& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

//! Rank 1 gets nothing, the others unequal shares; with one rank that rank gets 5.
inline std::vector<std::size_t> uneven_counts() {
  std::vector<std::size_t> counts(num_ranks());
  for (std::size_t rank = 0; rank < counts.size(); ++rank) counts[rank] = rank == 1 ? 0 : 5 + 3 * rank;
  return counts;
}

inline std::vector<std::size_t> equal_counts() { return std::vector<std::size_t>(num_ranks(), 48); }

//! More than one 4 MiB message a rank, and unequal.
inline std::vector<std::size_t> long_counts() {
  std::vector<std::size_t> counts(num_ranks(), 1'300'001);
  counts.back() += 7;
  return counts;
}

//! Small whole numbers, so that sums over few ranks are exact in every type.
template <class Number>
std::vector<Number> whole_numbers(std::size_t rank, std::size_t count) {
  std::vector<Number> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<Number>((3 * i + 5 * rank) % 23);
  return values;
}

//! Numbers whose sum depends on the order of addition.
inline std::vector<float> awkward_numbers(std::size_t rank, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] =
        static_cast<float>((i * 2654435761U + rank * 40503U) % 1000003U) * 1e-3F + 1.F / static_cast<float>(rank + 3);
  return values;
}

template <class Number>
std::vector<Number> sum_over_ranks(std::size_t count) {
  std::vector<Number> sum(count);
  for (std::size_t rank = 0; rank < num_ranks(); ++rank) {
    auto const values = whole_numbers<Number>(rank, count);
    for (std::size_t i = 0; i < count; ++i) sum[i] = static_cast<Number>(sum[i] + values[i]);
  }
  return sum;
}

//! The stretch of `values` that belongs to this rank.
template <class Number>
std::vector<Number> own_part(std::vector<Number> const& values, std::vector<std::size_t> const& counts) {
  auto const first = std::accumulate(counts.begin(), counts.begin() + subject().rank(), std::ptrdiff_t{0});
  return {values.begin() + first, values.begin() + first + static_cast<std::ptrdiff_t>(counts[own_rank()])};
}

}  // namespace tartan::comm::suite
