#pragma once

#include "request.hpp"

namespace tartan::cli {

//! The task heads of DIRECTORY/heads.safetensors: task -> objective, metric, head, labels, tensors, parameters. Empty
//! where the file is absent. Throws ExitStatus::data where it is damaged, or a tensor is of no task that its metadata
//! describe.
Facts head_facts(std::filesystem::path const& directory);

}  // namespace tartan::cli
