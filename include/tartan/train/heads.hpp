#pragma once

#include <tartan/train/tasks.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace tartan::train {

//! (name, shape) of every task head, each once, for open_model.
std::vector<std::pair<std::string, model::HeadShape>> head_shapes(std::vector<Task> const& tasks,
                                                                  model::HfConfig const& config);

//! Tasks of one head must have the same objective and the same label names; values may differ in mean and spread, since
//! each task learns them in its own units. Throws ExitStatus::usage naming two that have not.
void check_shared_heads(std::vector<Task> const& tasks);

//! What heads.safetensors says of them, see HeadRecord.
std::string heads_metadata(std::vector<Task> const& tasks);

//! Fills the head `name` from what DIRECTORY/heads.safetensors holds. Throws ExitStatus::data where a tensor is missing
//! or has another shape.
void load_head(model::HeadFile const& stored, std::string const& name, model::HeadShape const& shape,
               std::filesystem::path const& directory, model::ParameterSet& parameters);

//! Fills heads of `model` from those of the same name in DIRECTORY/heads.safetensors, said in the log. Throws
//! ExitStatus::usage where there is none of them, ExitStatus::data where a task is none of those that one was trained
//! for.
void reuse_heads(model::Model& model, std::vector<Task> const& tasks, std::filesystem::path const& directory);

}  // namespace tartan::train
