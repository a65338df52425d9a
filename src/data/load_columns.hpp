#pragma once

#include "column.hpp"

namespace tartan::data {

void check_size(h5::Set const& set, std::uint64_t expected, char const* of);

//! Offsets from 0 to `end`. What lies between is not looked at.
Column<std::uint64_t> load_starts(h5::File const& file, char const* name, FileMap const& map, std::uint64_t end);

}  // namespace tartan::data
