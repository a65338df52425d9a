#pragma once

#include <tartan/config/section.hpp>

#include <string>
#include <vector>

namespace tartan::config {

//! The sections as INI with each key's help as comment lines and its default: what `tartan config default` prints.
std::string describe(std::vector<Section> const& sections);

//! The sections as flags for a terminal of 100 columns: one group a section, a line for each key and its default.
std::string describe_flags(std::vector<Section> const& sections);

//! The sections as Markdown tables for the README.
std::string describe_markdown(std::vector<Section> const& sections);

}  // namespace tartan::config
