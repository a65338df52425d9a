#include "load_columns.hpp"

namespace tartan::data {

void check_size(h5::Set const& set, std::uint64_t expected, char const* of) {
  if (set.size() != expected)
    set.fail("has " + std::to_string(set.size()) + " elements for " + std::to_string(expected) + " " + of);
}

Column<std::uint64_t> load_starts(h5::File const& file, char const* name, FileMap const& map, std::uint64_t end) {
  h5::Set const set(file, name);
  if (!set.is_integer(H5T_SGN_NONE, 8)) set.fail("does not hold uint64");
  if (set.size() < 2) set.fail("has no entry beside its first");
  auto column = load_column<std::uint64_t>(set, map);
  if (column.values.front() != 0) set.fail("does not begin with 0");
  if (column.values.back() != end)
    set.fail("ends with " + std::to_string(column.values.back()) + " instead of " + std::to_string(end));
  return column;
}

}  // namespace tartan::data
