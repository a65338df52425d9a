#pragma once

#include "stage.hpp"

#include <vector>

namespace tartan::train {

//! The warm-ups of a fresh MLM head among a recipe's stages.
std::vector<StagePlan> warm_ups(std::vector<StagePlan> const& stages);

//! Trains the MLM head alone as a run of `stages` would begin, where the weights came without one; nothing is written.
void warm_up_mlm_head(RunContext& run, std::vector<StagePlan> const& stages);

//! For open_run of a command that takes probes whatever the recipe is: a hold-out of probe.data is set aside.
StagePlan probing_stage();

}  // namespace tartan::train
