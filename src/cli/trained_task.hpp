#pragma once

#include "commands.hpp"

#include <tartan/data/dataset.hpp>
#include <tartan/model/model.hpp>
#include <tartan/task/objective.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tartan::cli {

//! A task with a head that this release can use.
struct TrainedHead {
  std::string task;
  std::string name;  //!< of its tensors; tasks may share a head
  task::ObjectiveKind objective = task::ObjectiveKind::classification;
  std::vector<std::string> labels;         //!< of classes or columns
  task::Scale scale{};                     //!< of values
  std::optional<std::int64_t> max_length;  //!< tokens per sequence in training
};

//! --model, which exists.
std::filesystem::path trained_directory(Flags const& flags);

//! Throws ExitStatus::usage naming the tasks that are there, ExitStatus::data where the file is damaged.
TrainedHead trained_head(std::string const& task, std::filesystem::path const& directory);

//! A task of an exported model, with data to look at: what --model, --task and --data name.
struct TrainedTask {
  TrainedHead head;
  std::unique_ptr<task::Objective> objective;
  std::unique_ptr<model::Model> model;
  data::Dataset dataset;
  task::HeadPlace place() const { return {model->encoder, model->parameters, model->parameters, head.name, false}; }
};

enum class Labels { needed, ignored };

//! With Labels::ignored also texts without labels will do. Throws ExitStatus::usage where path or task does not exist,
//! ExitStatus::data where they do not fit together.
TrainedTask open_trained_task(Flags const& flags, Labels labels);

}  // namespace tartan::cli
