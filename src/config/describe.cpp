#include "write_ini.hpp"

#include <tartan/config/describe.hpp>

#include <algorithm>
#include <sstream>

namespace tartan::config {
namespace {

constexpr std::size_t columns = 100;
constexpr std::size_t widest_flag = 44;  // a longer one has its help on the next line

std::string indent(std::size_t width) { return std::string(width, ' '); }

//! `text` after `column` columns that are already written, broken between words.
std::string wrapped(std::string const& text, std::size_t column) {
  std::istringstream words(text);
  std::string result, word;
  std::size_t at = column;
  while (words >> word) {
    bool const fits = at == column || at + 1 + word.size() <= columns;
    if (!fits) result += "\n" + indent(column), at = column;
    if (at > column) result += ' ', ++at;
    result += word;
    at += word.size();
  }
  return result;
}

std::string flag_of(Section const& section, Option const& option) {
  std::string const value = option.default_text.empty() ? "…" : option.default_text;
  return std::string("  --").append(section.name()).append(".").append(option.key).append(" ").append(value);
}

//! Columns on the terminal: "…" is three bytes.
std::size_t width_of(std::string const& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string flag_line(Section const& section, Option const& option, std::size_t column) {
  std::string const flag = flag_of(section, option);
  bool const beside = width_of(flag) + 2 <= column;
  return flag + (beside ? indent(column - width_of(flag)) : "\n" + indent(column)) + wrapped(option.help, column) +
         "\n";
}

std::size_t help_column(std::vector<Section> const& sections) {
  std::size_t widest = 0;
  for (auto const& section : sections)
    for (auto const& option : section.options())
      if (std::size_t const width = width_of(flag_of(section, option)); width <= widest_flag)
        widest = std::max(widest, width);
  return widest + 2;
}

std::string code(std::string const& text) { return text.empty() ? "" : std::string("`").append(text).append("`"); }

std::string in_cell(std::string const& text) {
  std::string result;
  for (char const c : text) result += c == '|' ? "\\|" : c == '\n' ? " " : std::string(1, c);
  return result;
}

}  // namespace

std::string describe(std::vector<Section> const& sections) {
  std::string text;
  for (auto const& section : sections) {
    begin_section(text, section.note(), section.name());
    for (auto const& option : section.options())
      text += ini_comment(option.help) + ini_line(option.key, option.default_text);
  }
  return text;
}

std::string describe_flags(std::vector<Section> const& sections) {
  std::size_t const column = help_column(sections);
  std::string text;
  for (auto const& section : sections) {
    text.append(text.empty() ? "[" : "\n[").append(section.name()).append("]\n");
    if (!section.note().empty()) text += "  " + wrapped(section.note(), 2) + "\n";
    for (auto const& option : section.options()) text += flag_line(section, option, column);
  }
  return text;
}

std::string describe_markdown(std::vector<Section> const& sections) {
  std::string text;
  for (auto const& section : sections) {
    text.append(text.empty() ? "" : "\n")
        .append("**`[")
        .append(section.name())
        .append("]`**")
        .append(section.note().empty() ? "" : " ")
        .append(section.note());
    text.append("\n\n| key | default | meaning |\n|---|---|---|\n");
    for (auto const& option : section.options())
      text.append("| ")
          .append(code(option.key))
          .append(" | ")
          .append(code(option.default_text))
          .append(" | ")
          .append(in_cell(option.help))
          .append(" |\n");
  }
  return text;
}

}  // namespace tartan::config
