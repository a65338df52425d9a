#include <tartan/core/utf8.hpp>

#include <array>

namespace tartan {
namespace {

std::size_t length_told_by(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

bool is_shortest(char32_t point, std::size_t bytes) {
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  return point >= least[bytes] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  auto const first = static_cast<unsigned char>(text[0]);
  std::size_t const length = length_told_by(first);
  if (length == 1) return {first, 1, true};
  if (length == 0 || text.size() < length) return {0xfffd, 1, false};
  char32_t point = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    auto const next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80U) return {0xfffd, 1, false};
    point = (point << 6) | (next & 0x3fU);
  }
  return is_shortest(point, length) ? CodePoint{point, length, true} : CodePoint{0xfffd, 1, false};
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) {
    CodePoint const point = first_code_point(text.substr(at));
    points += point.value;
    at += point.bytes;
  }
  return points;
}

std::size_t num_code_points(std::string_view text) { return code_points(text).size(); }

}  // namespace tartan
