#pragma once

#include <tartan/comm/communicator.hpp>
#include <tartan/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace tartan::comm {

//! Calls `visitor` with a value of the C++ type that `type` names.
template <class Visitor>
decltype(auto) visit_type(Type type, Visitor&& visitor) {
  switch (type) {
    case Type::float32:
      return visitor(float{});
    case Type::float64:
      return visitor(double{});
    case Type::int64:
      return visitor(std::int64_t{});
    case Type::uint8:
      return visitor(std::uint8_t{});
  }
  fail_bug("unknown element type in a communicator's call");
}

inline std::size_t size_of(Type type) {
  return visit_type(type, [](auto value) { return sizeof value; });
}

inline std::byte* at(void* data, std::size_t index, Type type) {
  return static_cast<std::byte*>(data) + index * size_of(type);
}

inline std::byte const* at(void const* data, std::size_t index, Type type) {
  return static_cast<std::byte const*>(data) + index * size_of(type);
}

//! Where each rank's stretch begins: the sums of the counts before it.
inline std::vector<std::size_t> offsets_of(std::span<std::size_t const> counts) {
  std::vector<std::size_t> offsets(counts.size());
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), std::size_t{0});
  return offsets;
}

//! `memmove` that accepts null pointers for nothing and costs nothing where both ends are the same.
void copy_elements(void const* from, void* into, std::size_t count, Type type);

//! Throws ExitStatus::usage for buffers on a GPU.
void require_host(Device device);

//! Throws ExitStatus::bug unless there is a count for each of `size` ranks.
void require_counts(std::span<std::size_t const> counts, int size);

//! Throws ExitStatus::bug unless `root` is one of `size` ranks.
void require_root(int root, int size);

}  // namespace tartan::comm
