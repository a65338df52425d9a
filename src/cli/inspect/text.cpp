#include "text.hpp"

#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tartan::cli {
namespace {

constexpr char const* replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr char const* ellipsis = "…";

template <class... T>
std::string format(char const* pattern, T... values) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

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

std::string thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string rounded(double number) {
  return number >= 0 && number < 1e15 ? thousands(static_cast<std::uint64_t>(std::llround(number))) : "?";
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<char const*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  return format(unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

std::string percent(double share) { return format("%.1f %%", share * 100); }

std::string fixed(double value, int digits) { return format("%.*f", digits, value); }

std::string seconds_text(double seconds) {
  if (!(seconds >= 0 && seconds < 1e9)) return "?";
  if (seconds < 60) return format("%.1f s", seconds);
  auto const whole = std::llround(seconds);
  if (whole < 3600) return format("%lld min %02lld s", whole / 60, whole % 60);
  return format("%lld h %02lld min", whole / 3600, whole / 60 % 60);
}

std::string bar(double share, std::size_t columns) {
  constexpr std::array<char const*, 8> parts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  double const filled = std::clamp(share, 0.0, 1.0) * static_cast<double>(columns) * 8;
  auto eighths = static_cast<std::size_t>(std::lround(filled));
  if (share > 0) eighths = std::max<std::size_t>(eighths, 1);
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + parts[eighths % 8];
}

std::string plural(std::uint64_t number, std::string const& noun) {
  return thousands(number) + " " + noun + (number == 1 ? "" : "s");
}

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
