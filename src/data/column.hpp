#pragma once

#include "h5_set.hpp"

#include <tartan/core/file_map.hpp>

#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace tartan::data {

//! The values of one data set: a stretch of the file's mapping, or a copy.
template <class T>
struct Column {
  std::span<T const> values;
  std::vector<T> copy;
  bool is_mapped() const { return copy.empty() && !values.empty(); }
};

template <class T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_NATIVE_UINT8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return H5T_NATIVE_UINT16;
  if constexpr (std::is_same_v<T, std::uint32_t>) return H5T_NATIVE_UINT32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return H5T_NATIVE_UINT64;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
}

//! Maps where the file holds the values aligned for T, in this machine's byte order and within its size; else copies.
template <class T>
Column<T> load_column(h5::Set const& set, FileMap const& map) {
  Column<T> column;
  std::uint64_t const bytes = set.size() * sizeof(T);  // found plausible when the set was opened
  if (auto const offset = set.offset(native_type<T>()); offset && *offset % alignof(T) == 0) {
    if (*offset > map.bytes().size() || bytes > map.bytes().size() - *offset)
      set.fail("reaches beyond the end of the file");
    column.values = {reinterpret_cast<T const*>(map.bytes().data() + *offset), set.size()};
    return column;
  }
  column.copy.resize(set.size());
  set.read(native_type<T>(), column.copy.data());
  column.values = column.copy;
  return column;
}

}  // namespace tartan::data
