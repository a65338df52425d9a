#include "byte_level.hpp"

#include <array>
#include <cstddef>

namespace tartan::data {
namespace {

constexpr std::size_t no_byte = 256;

constexpr bool prints_as_itself(std::size_t byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad && byte <= 0xff);
}

//! By code point below U+0144, which is where the last byte is written.
constexpr std::array<std::size_t, 0x144> make_table() {
  std::array<std::size_t, 0x144> table{};
  for (auto& byte : table) byte = no_byte;
  std::size_t next = 0x100;
  for (std::size_t byte = 0; byte < 256; ++byte) table[prints_as_itself(byte) ? byte : next++] = byte;
  return table;
}

constexpr auto table = make_table();

//! Code point of one or two bytes of UTF-8; a longer or broken one gives a number beyond the table.
std::size_t code_point(std::string const& text, std::size_t at, std::size_t& bytes) {
  auto const first = static_cast<unsigned char>(text[at]);
  bytes = 1;
  if (first < 0x80) return first;
  if ((first & 0xe0U) != 0xc0U || at + 1 == text.size()) return table.size();
  bytes = 2;
  return ((first & 0x1fU) << 6) | (static_cast<unsigned char>(text[at + 1]) & 0x3fU);
}

}  // namespace

std::string bytes_of(std::string const& token) {
  std::string result;
  for (std::size_t at = 0, length = 0; at < token.size(); at += length) {
    std::size_t const point = code_point(token, at, length);
    if (point < table.size() && table[point] != no_byte)
      result += static_cast<char>(table[point]);
    else
      result += token.substr(at, length);
  }
  return result;
}

}  // namespace tartan::data
