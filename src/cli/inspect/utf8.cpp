#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tartan::cli {
namespace {

using Range = std::pair<char32_t, char32_t>;  // both ends included

constexpr std::array<Range, 10> wide_ranges = {{{0x1100, 0x115f},
                                                {0x2e80, 0xa4cf},
                                                {0xac00, 0xd7a3},
                                                {0xf900, 0xfaff},
                                                {0xfe30, 0xfe6f},
                                                {0xff00, 0xff60},
                                                {0xffe0, 0xffe6},
                                                {0x1f300, 0x1f64f},
                                                {0x1f900, 0x1f9ff},
                                                {0x20000, 0x3fffd}}};
constexpr std::array<Range, 3> narrow_ranges = {{{0x300, 0x36f}, {0x200b, 0x200d}, {0xfe00, 0xfe0f}}};
constexpr std::array<Range, 6> unruly_ranges = {
    {{0x0, 0x1f}, {0x7f, 0x9f}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff}}};

template <std::size_t N>
bool is_in(std::array<Range, N> const& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](Range const& range) { return point >= range.first && point <= range.second; });
}

}  // namespace

std::size_t columns_of(char32_t point) { return is_in(narrow_ranges, point) ? 0 : is_in(wide_ranges, point) ? 2 : 1; }

bool is_unruly(char32_t point) { return is_in(unruly_ranges, point); }

}  // namespace tartan::cli
