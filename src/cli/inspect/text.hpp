// Text that is easy on the eye: numbers, bars, and what files hold made fit for a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tartan::cli {

constexpr std::size_t text_columns = 100;

std::string thousands(std::uint64_t number);         //!< 1637789 -> "1,637,789"
std::string rounded(double number);                  //!< 1637789.0 -> "1,637,789"; "?" where it is no count
std::string bytes_text(std::uint64_t bytes);         //!< 130021 -> "127.0 KiB"
std::string percent(double share);                   //!< 0.05 -> "5.0 %"
std::string fixed(double value, int digits);         //!< 0.64174, 4 -> "0.6417"
std::string seconds_text(double seconds);            //!< 320.35 -> "5 min 20 s"
std::string bar(double share, std::size_t columns);  //!< of the full width; at least a sliver where share > 0
std::string plural(std::uint64_t number, std::string const& noun);  //!< "1 file", "2 files"

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
