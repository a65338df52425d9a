// Numbers that are easy on the eye.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tartan::cli {

std::string thousands(std::uint64_t number);         //!< 1637789 -> "1,637,789"
std::string rounded(double number);                  //!< 1637789.0 -> "1,637,789"; "?" where it is no count
std::string bytes_text(std::uint64_t bytes);         //!< 130021 -> "127.0 KiB"
std::string percent(double share);                   //!< 0.05 -> "5.0 %"
std::string fixed(double value, int digits);         //!< 0.64174, 4 -> "0.6417"
std::string seconds_text(double seconds);            //!< 320.35 -> "5 min 20 s"
std::string bar(double share, std::size_t columns);  //!< of the full width; at least a sliver where share > 0
std::string plural(std::uint64_t number, std::string const& noun);  //!< "1 file", "2 files"

}  // namespace tartan::cli
