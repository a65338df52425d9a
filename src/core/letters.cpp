#include <tartan/core/letters.hpp>

#include <algorithm>
#include <iterator>

namespace tartan {
namespace {

struct CodeRange {
  char32_t first, last;
};

//! Every `step`th of them has its lower case `distance` further.
struct LowerRange {
  char32_t first, last;
  char32_t step;
  int distance;
};

#include "letters.inl"

constexpr CodeRange spaces[] = {{0x9, 0xd},       {0x1c, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},
                                {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f},
                                {0x205f, 0x205f}, {0x3000, 0x3000}};

//! The range that holds it, of ranges that ascend; else nullptr.
template <class Range, std::size_t N>
Range const* find(Range const (&ranges)[N], char32_t point) {
  auto const* const found = std::ranges::lower_bound(ranges, point, {}, &Range::last);
  return found != std::end(ranges) && found->first <= point ? found : nullptr;
}

}  // namespace

char32_t lower(char32_t code_point) {
  if (code_point < 0x80) return code_point >= U'A' && code_point <= U'Z' ? code_point + 32 : code_point;
  if (code_point == U'\u0130') return U'i';
  if (code_point == U'\u03c2') return U'\u03c3';
  LowerRange const* const range = find(lower_ranges, code_point);
  if (range == nullptr || (code_point - range->first) % range->step != 0) return code_point;
  return static_cast<char32_t>(static_cast<int>(code_point) + range->distance);
}

bool is_alphanumeric(char32_t code_point) {
  if (code_point >= 0x80) return find(alphanumeric_ranges, code_point) != nullptr;
  char32_t const small = lower(code_point);
  return (small >= U'a' && small <= U'z') || (code_point >= U'0' && code_point <= U'9');
}

bool is_space(char32_t code_point) { return find(spaces, code_point) != nullptr; }

}  // namespace tartan
