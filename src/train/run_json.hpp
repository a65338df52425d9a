#pragma once

#include "stage.hpp"

#include <nlohmann/json.hpp>

namespace tartan::train {

//! run.json's entry "result" of a run that is over.
nlohmann::ordered_json result_json(Progression const& progression);

//! The event that a process begins its part of metrics.jsonl with. `checkpoint`: where it goes on, if anywhere.
nlohmann::ordered_json session_json(RunContext const& run, std::optional<std::filesystem::path> const& checkpoint);

//! Writes RUN/run.json: versions, machine, data and, where it is not null, `result`. Rank 0 only.
void write_run_json(RunContext const& run, nlohmann::ordered_json const& result);

//! Throws ExitStatus::usage naming the tasks whose data are not those that RUN/run.json speaks of. Rank 0 only.
void check_same_data(RunContext const& run);

}  // namespace tartan::train
