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

}  // namespace tartan::recipe
