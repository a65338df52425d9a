#pragma once

#include <string>

namespace tartan::data {

//! The bytes that a token of a byte-level vocabulary stands for: GPT-2 writes each byte as a printable character, those
//! that print as themselves and the others in order from U+0100. What is no such character stays as it is.
std::string bytes_of(std::string const& token);

}  // namespace tartan::data
