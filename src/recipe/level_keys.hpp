#pragma once

#include <tartan/config/settings.hpp>
#include <tartan/recipe/recipe.hpp>

namespace tartan::recipe {

//! Refuses keys of a stage with levels that contradict each other or others, and warns of those that nothing reads.
//! Throws ExitStatus::usage.
void check_levels(train::StagePlan const& stage, train::Options const& options, config::Settings const& settings);

}  // namespace tartan::recipe
