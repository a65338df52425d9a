#pragma once

#include <tartan/config/settings.hpp>

#include <string>

namespace tartan::recipe {

//! Warns of keys of [weighting] and [probe] that change nothing in this recipe and says which recipes read them: those
//! of a flag, and where the recipe learns weights by another rule, or looks at dev by another head, also the file's,
//! which else may serve several recipes. Defaults are no such keys.
void warn_of_idle_keys(std::string const& recipe, config::Settings const& settings);

}  // namespace tartan::recipe
