#pragma once

#include <tartan/config/settings.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tartan::config {

//! One setting as written. An empty key stands for the header of a section.
struct RawLine {
  std::string section;
  std::string key;
  RawValue value;
};

//! Throws ExitStatus::usage naming the line.
std::vector<RawLine> read_ini(std::filesystem::path const& file);

//! Throws ExitStatus::usage naming the flag.
std::vector<RawLine> read_flags(std::vector<std::string> const& flags);

//! Non-empty parts of letters, digits, _ and -, joined by dots.
bool is_name(std::string_view text);

//! "task.tapt.batch" -> ("task.tapt", "batch"); nothing where it is no such name.
std::optional<std::pair<std::string, std::string>> split_name(std::string const& name);

//! A tab is none.
bool has_control_character(std::string_view text);

}  // namespace tartan::config
