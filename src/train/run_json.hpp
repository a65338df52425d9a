#pragma once

#include "stage.hpp"

#include <nlohmann/json.hpp>

namespace tartan::train {

//! What the rank with the most of it has held in host memory so far. Collective.
double largest_peak_memory_mb(comm::Communicator& comm);

//! run.json's entry "result" of a run that is over; `largest_peak_mb`: of all ranks.
nlohmann::ordered_json result_json(Progression const& progression, double largest_peak_mb);

//! The event that a process begins its part of metrics.jsonl with. `checkpoint`: where it goes on, if anywhere.
nlohmann::ordered_json session_json(RunContext const& run, std::optional<std::filesystem::path> const& checkpoint);

//! Writes RUN/run.json: versions, machine, data and, where it is not null, `result`. Rank 0 only.
void write_run_json(RunContext const& run, nlohmann::ordered_json const& result);

//! Throws ExitStatus::usage naming the tasks whose data are not those that RUN/run.json speaks of. Rank 0 only.
void check_same_data(RunContext const& run);

}  // namespace tartan::train
