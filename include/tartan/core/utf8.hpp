#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tartan {

struct CodePoint {
  char32_t value;     //!< U+FFFD where the bytes are no UTF-8
  std::size_t bytes;  //!< at least 1
  bool valid;
};

//! The code point that begins `text`, which is not empty.
CodePoint first_code_point(std::string_view text);

std::u32string code_points(std::string_view text);
std::size_t num_code_points(std::string_view text);

}  // namespace tartan
