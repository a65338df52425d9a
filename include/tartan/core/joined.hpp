#pragma once

#include <functional>
#include <string>

namespace tartan {

//! What `text_of` makes of each, ", " between them.
template <typename Range, typename Text = std::identity>
std::string joined(Range const& range, Text text_of = {}) {
  std::string text, between;
  for (auto const& each : range) {
    (text += between) += std::invoke(text_of, each);
    between = ", ";
  }
  return text;
}

}  // namespace tartan
