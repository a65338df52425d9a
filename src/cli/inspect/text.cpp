#include "text.hpp"

#include "utf8.hpp"

#include <algorithm>

namespace tartan::cli {
namespace {

constexpr char const* replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr char const* ellipsis = "…";

//! As `visible`, of any length.
std::string tamed(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    CodePoint const point = first_code_point(text.substr(at));
    if (point.value == '\n' || point.value == '\t' || point.value == '\r')
      result += ' ';
    else if (!point.valid || is_unruly(point.value))
      result += replacement;
    else
      result += text.substr(at, point.bytes);
    at += point.bytes;
  }
  return result;
}

//! Bytes of the longest beginning of `text` that has at most `columns`.
std::size_t bytes_within(std::string_view text, std::size_t columns) {
  std::size_t at = 0, used = 0;
  while (at < text.size()) {
    CodePoint const point = first_code_point(text.substr(at));
    used += columns_of(point.value);
    if (used > columns) break;
    at += point.bytes;
  }
  return at;
}

std::string shortened(std::string const& text, std::size_t columns) {
  return width(text) <= columns ? text : text.substr(0, bytes_within(text, columns - 1)) + ellipsis;
}

//! Takes one line of at most `columns` from the front of `text`: up to a blank where there is one.
std::string take_line(std::string_view& text, std::size_t columns) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::size_t end = bytes_within(text, columns);
  if (end < text.size() && text[end] != ' ')
    if (std::size_t const blank = text.rfind(' ', end); blank != std::string_view::npos && blank > 0) end = blank;
  std::string const line(text.substr(0, end));
  text.remove_prefix(end);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return line;
}

}  // namespace

void append_item(std::string& list, std::string const& item, char const* separator) {
  if (!list.empty()) list += separator;
  list += item;
}

std::string paragraphs(std::vector<std::string> const& blocks) {
  std::string text;
  for (auto const& block : blocks)
    if (!block.empty()) append_item(text, block, "\n");
  return text;
}

std::string visible(std::string_view text, std::size_t columns) { return shortened(tamed(text), columns); }

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    CodePoint const point = first_code_point(text.substr(at));
    columns += columns_of(point.value);
    at += point.bytes;
  }
  return columns;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t most_lines) {
  std::string const whole = tamed(text);
  std::string_view rest = whole;
  std::size_t const columns = text_columns - indent;
  std::string result;
  for (std::size_t line = 1; line <= most_lines && !rest.empty(); ++line) {
    std::string words = take_line(rest, columns);
    if (line == most_lines && !rest.empty()) words = words.substr(0, bytes_within(words, columns - 2)) + " " + ellipsis;
    result += std::string(indent, ' ') + words + "\n";
  }
  return result;
}

}  // namespace tartan::cli
