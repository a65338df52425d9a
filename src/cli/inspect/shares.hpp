#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tartan::cli {

//! How often each of several names occurs in each of several columns (splits): count, share and, where there is room,
//! a bar. `counts[column][name]`.
std::string shares_text(std::string const& title, std::vector<std::string> const& names,
                        std::vector<std::string> const& columns, std::vector<std::vector<std::uint64_t>> const& counts);

}  // namespace tartan::cli
