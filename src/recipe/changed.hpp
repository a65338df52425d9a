#pragma once

#include <tartan/config/settings.hpp>

#include <algorithm>
#include <string>

namespace tartan::recipe {

//! Whether a bound key has another value than its default: a resolved configuration writes out every key.
inline bool is_changed(config::Settings const& settings, std::string const& section, std::string const& key) {
  return std::ranges::any_of(settings.values(), [&](config::Setting const& one) {
    return one.name == section + "." + key && one.value != one.default_text;
  });
}

//! A bound key's value as text.
inline std::string value_of(config::Settings const& settings, std::string const& section, std::string const& key) {
  for (auto const& one : settings.values())
    if (one.name == section + "." + key) return one.value;
  return "";
}

}  // namespace tartan::recipe
