#pragma once

#include <string>

namespace tartan::config {

std::string ini_line(std::string const& key, std::string const& text);  //!< "key = text"
std::string ini_comment(std::string const& text);                       //!< each line behind "# "; "" for ""
//! An empty line where something stands before, the note as a comment, "[name]".
void begin_section(std::string& text, std::string const& note, std::string const& name);

}  // namespace tartan::config
