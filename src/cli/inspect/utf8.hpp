#pragma once

#include <tartan/core/utf8.hpp>

#include <cstddef>

namespace tartan::cli {

//! Columns that a terminal gives it: 0 for combining marks, 2 for East Asian wide characters.
std::size_t columns_of(char32_t code_point);

//! Would change what else a terminal shows: control characters, marks that turn the direction of writing.
bool is_unruly(char32_t code_point);

}  // namespace tartan::cli
