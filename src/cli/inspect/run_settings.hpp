#pragma once

#include "request.hpp"

#include <vector>

namespace tartan::cli {

//! Keys of a run's config.ini that people look for.
struct RunSettings {
  struct Task {
    std::string name, role, objective, metric, data;
  };
  std::string recipe, seed, model;
  std::vector<Task> tasks;  //!< in the order of the file
};

//! Throws ExitStatus::data where the file is missing, ExitStatus::usage where it is no INI.
RunSettings read_run_settings(std::filesystem::path const& config_ini);

}  // namespace tartan::cli
