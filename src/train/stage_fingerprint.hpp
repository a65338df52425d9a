#pragma once

#include "stage.hpp"

#include <string>
#include <vector>

namespace tartan::train {

//! 16 hexadecimal digits that name what `stages`, the first ones of a run, give: commit and LibTorch, ranks, threads
//! and device, `weights` (a hash) and config.json, data, seeds, and every setting of these stages and their tasks.
std::string stage_fingerprint(RunContext const& run, std::vector<StagePlan> const& stages,
                              std::string const& resolved_config, std::string const& weights);

}  // namespace tartan::train
