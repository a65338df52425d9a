#pragma once

#include <tartan/model/hf_config.hpp>

#include <string>

namespace tartan::model {

//! The name in a whole masked-LM model: old LayerNorm names mended, the architecture's prefix added to bare encoders.
std::string full_name(std::string name, HfConfig const& config);

//! Name of the parameter that a decoder tensor is a copy of; empty for all others. `name` is a full one.
std::string tied_to(std::string const& name, HfConfig const& config);

bool is_pooler(std::string const& name, HfConfig const& config);  //!< `name` is a full one
bool is_skipped(std::string const& name);                         //!< position_ids: no parameters

}  // namespace tartan::model
