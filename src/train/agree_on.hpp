#pragma once

#include <tartan/train/step.hpp>

namespace tartan::train {

//! Rank 0's weights become everybody's. Collective.
void agree_on(weighting::Weighting& weighting, std::vector<StepTask> const& tasks, comm::Communicator& comm);

}  // namespace tartan::train
