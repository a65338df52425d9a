#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tartan::config {

//! Least number of insertions, deletions, substitutions and swaps of neighbours (Damerau's optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

//! The candidate nearest to `word`, the first where equal; none where all differ in more than a third of `word`.
std::optional<std::string> nearest(std::string_view word, std::vector<std::string> const& candidates);

}  // namespace tartan::config
