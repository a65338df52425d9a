#pragma once

#include <cstddef>
#include <string_view>

namespace tartan::cli {

struct CodePoint {
  char32_t value;     //!< U+FFFD where the bytes are no UTF-8
  std::size_t bytes;  //!< at least 1
  bool valid;
};

//! The code point that begins `text`, which is not empty.
CodePoint first_code_point(std::string_view text);

//! Columns that a terminal gives it: 0 for combining marks, 2 for East Asian wide characters.
std::size_t columns_of(char32_t code_point);

//! Would change what else a terminal shows: control characters, marks that turn the direction of writing.
bool is_unruly(char32_t code_point);

}  // namespace tartan::cli
