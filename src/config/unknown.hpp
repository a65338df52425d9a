#pragma once

#include <tartan/config/settings.hpp>

#include <set>
#include <string>
#include <vector>

namespace tartan::config {

//! Throws ExitStatus::usage for the first written section or key that was not bound, with the nearest name that is
//! known. `prefixes` are those of sections such as task.NAME that may be known although none was bound.
void refuse_unknown(std::vector<RawSection> const& written, std::vector<BoundSection> const& bound,
                    std::set<std::string> const& prefixes);

}  // namespace tartan::config
