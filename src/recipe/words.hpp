#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace tartan::recipe {

using Words = std::vector<std::string>;

inline bool is_one_of(std::string const& word, Words const& words) {
  return std::ranges::find(words, word) != words.end();
}

//! "a, b and c", `last` being "and".
inline std::string joined(Words const& words, std::string const& last) {
  std::string text;
  for (auto const& word : words) text += (text.empty() ? "" : word == words.back() ? " " + last + " " : ", ") + word;
  return text;
}

}  // namespace tartan::recipe
