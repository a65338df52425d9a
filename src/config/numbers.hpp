#pragma once

#include <cstdint>
#include <string>

namespace tartan::config {

//! The whole text, whatever the locale. Throws std::invalid_argument saying what is wrong with it.
std::int64_t parse_whole(std::string const& text);
double parse_real(std::string const& text);  //!< refuses inf and nan

//! The shortest text that reads back as the same number.
std::string to_text(double value);

}  // namespace tartan::config
