#pragma once

#include <string>

namespace tartan::cli {

constexpr double mb = 1 << 20;

std::string bytes_text(double bytes);       //!< "812 MB", "1.25 GB" (powers of 2)
std::string duration_text(double seconds);  //!< "12 s", "4 min", "1 h 35 min", "3 d 4 h"
std::string percent_text(double share);     //!< "37 %"

}  // namespace tartan::cli
