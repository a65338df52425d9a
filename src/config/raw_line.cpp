#include "raw_line.hpp"

#include <algorithm>

namespace tartan::config {

bool is_name(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == text.npos &&
         text.find_first_not_of(allowed) == text.npos;
}

std::optional<std::pair<std::string, std::string>> split_name(std::string const& name) {
  auto const dot = name.rfind('.');
  if (!is_name(name) || dot == name.npos) return std::nullopt;
  return std::pair(name.substr(0, dot), name.substr(dot + 1));
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

}  // namespace tartan::config
