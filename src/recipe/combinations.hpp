#pragma once

#include <tartan/config/settings.hpp>
#include <tartan/train/options.hpp>

namespace tartan::recipe {

//! Refuses values that are right by themselves and contradict each other. Throws ExitStatus::usage.
void check_combinations(train::Options const& options, config::Settings const& settings);

}  // namespace tartan::recipe
