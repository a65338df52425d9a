#pragma once

#include "encoder_parameters.hpp"
#include "row_plan.hpp"

#include <memory>
#include <vector>

namespace tartan::model {

//! Differentiable ATen operations, any device.
at::Tensor forward_plain(HfConfig const& config, ParameterSet const& parameters, data::TokenStream const& stream,
                         RowPlan const& plan, std::vector<at::Tensor>* hidden_states = nullptr);

//! Own kernels on CPU.
at::Tensor forward_fast(HfConfig const& config, ParameterSet& parameters, data::TokenStream const& stream,
                        std::shared_ptr<RowPlan const> plan);

}  // namespace tartan::model
