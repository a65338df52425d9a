#pragma once

#include <tartan/model/model.hpp>
#include <tartan/train/look_ahead.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace tartan::train {

//! What was read from a run.
struct TrainedWeights {
  std::string from;                      //!< a checkpoint, or an export
  std::optional<SecondMoments> moments;  //!< none: the body was not trained since the stage began
};

//! Fills `model` with the last whole checkpoint of a run, else with its best model; damaged checkpoints are passed over
//! with a warning and stay where they are. Throws ExitStatus::usage where there is neither, ExitStatus::data where the
//! weights belong to other tasks or another model.
TrainedWeights read_trained_weights(std::filesystem::path const& run, model::Model& model);

}  // namespace tartan::train
