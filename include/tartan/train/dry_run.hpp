#pragma once

#include <tartan/train/run.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tartan::train {

//! A task within a stage, as far as it can be told beforehand.
struct TaskForecast {
  std::string name;
  std::uint64_t examples = 0;      //!< of its training set
  std::uint64_t dev_examples = 0;  //!< of each evaluation
  double padding_share = 0;        //!< of the tokens of batches padded to their longest sequence: what packing saves
};

struct StageForecast {
  std::string name;
  std::vector<TaskForecast> tasks;
  std::int64_t steps = 0, evaluations = 0;  //!< at most: patience or time may end the stage earlier
  double step_seconds = 0;                  //!< of one step that was run
  double evaluation_seconds = 0;            //!< of one evaluation, of large dev sets from a part
  double tokens_per_step = 0;               //!< real tokens over all ranks, the probe's included
};

struct Forecast {
  std::vector<StageForecast> stages;
  int ranks = 1, threads_per_rank = 1;
  std::string device;
  bool goes_on = false;  //!< run.output holds this run already
  double parameters = 0;
  double memory_mb = 0, most_memory_mb = 0;  //!< resident on hosts, of all ranks together and of the largest
  double checkpoint_bytes = 0, disk_bytes = 0, free_bytes = 0;  //!< disk_bytes: the most that a run holds at once

  double seconds() const;  //!< of training and evaluation, at most
};

//! Looks at run.output as a run would, opens every file, loads the weights, runs two steps of each stage (the second is
//! timed) and what it evaluates on dev, or a part of that. Writes nothing, and throws what a run would throw by then.
//! Collective.
Forecast dry_run(Options const& options, std::vector<StagePlan> const& stages, ResolvedConfig const& config,
                 Resume resume, comm::Communicator& comm);

}  // namespace tartan::train
