#pragma once

#include "commands.hpp"

#include <tartan/data/dataset.hpp>
#include <tartan/model/model.hpp>
#include <tartan/task/objective.hpp>

#include <memory>
#include <string>
#include <vector>

namespace tartan::cli {

//! A task of an exported model, with data to look at: what --model, --task and --data name.
struct TrainedTask {
  std::string name;
  std::vector<std::string> labels;
  std::unique_ptr<task::Objective> objective;
  std::unique_ptr<model::Model> model;
  data::Dataset dataset;
  task::HeadPlace place() const { return {model->encoder, model->parameters, model->parameters, name, false}; }
};

//! Throws ExitStatus::usage where path or task does not exist, ExitStatus::data where they do not fit together.
TrainedTask open_trained_task(Flags const& flags);

}  // namespace tartan::cli
