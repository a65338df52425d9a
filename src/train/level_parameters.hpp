#pragma once

#include <tartan/train/step.hpp>

namespace tartan::train {

//! The parameters of a level: the encoder's and those of the heads that `tasks` use, as leaves of the set.
Tensors leaves_of(model::ParameterSet const& set, std::vector<StepTask> const& tasks);

//! The same of a buffer of the set's size, each in its parameter's shape.
Tensors stretches_of(at::Tensor const& flat, model::ParameterSet const& set, std::vector<StepTask> const& tasks);

}  // namespace tartan::train
