// What files hold made fit for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tartan::cli {

constexpr std::size_t text_columns = 100;

//! Adds to a list such as "a, b".
void append_item(std::string& list, std::string const& item, char const* separator = ", ");

//! Blocks of lines with an empty line between them; empty blocks are left out.
std::string paragraphs(std::vector<std::string> const& blocks);

//! `text` in at most `columns`, with "…" where it was cut. Line ends and tabs become blanks; control characters, marks
//! that turn the direction of writing and bytes that are no UTF-8 become U+FFFD.
std::string visible(std::string_view text, std::size_t columns = text_columns);

std::size_t width(std::string_view text);  //!< columns of a terminal

//! `text` in lines of at most text_columns behind `indent` blanks, broken between words; at most `most_lines`, the last
//! one ending in "…" where there is more. Every line ends with "\n".
std::string wrapped(std::string_view text, std::size_t indent, std::size_t most_lines);

}  // namespace tartan::cli
