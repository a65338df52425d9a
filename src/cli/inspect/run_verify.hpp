#pragma once

#include <tartan/train/run_directory.hpp>

#include <nlohmann/json.hpp>

namespace tartan::cli {

//! run.json, or an empty object before the run has written it. Throws ExitStatus::data where it is damaged.
nlohmann::json read_run_json(train::RunDirectory const& run);

//! Throws ExitStatus::data naming all that is wrong: config.ini, run.json, a line of metrics.jsonl, the model that
//! `best` points at, checkpoints that are not as their manifests say. Returns the number of checkpoints.
std::size_t verify_run(train::RunDirectory const& run);

}  // namespace tartan::cli
