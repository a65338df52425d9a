#pragma once

#include "row_plan.hpp"

namespace tartan::model {

//! Fills the plan's noise, where a batch has any, drawn from each example's key. Throws ExitStatus::bug without keys.
void plan_noise(data::PackedBatch const& batch, std::int64_t hidden_size, at::TensorOptions options, RowPlan& plan);

}  // namespace tartan::model
