#pragma once

#include <tartan/train/run.hpp>

#include <memory>
#include <vector>

namespace tartan::train {

//! What a run reads before its first step.
struct Opened {
  std::vector<Task> tasks;
  std::unique_ptr<model::Model> model;
  std::unique_ptr<comm::Communicator> gpus;  //!< the same ranks with NCCL for the model's GPU, where that is to be used
};

//! Opens data and weights, on this rank's device and with its share of the cores, and joins the GPUs. Throws what they
//! throw. Collective.
Opened open_run(Options const& options, std::vector<StagePlan> const& stages, comm::Communicator& comm);

//! Whether its weighting looks at the probe.
bool probed(StagePlan const& plan);

//! Whether its step rule is three-level, not single-level.
bool has_three_levels(StagePlan const& plan);

//! As the stage's rule reads them: level III looks through phi's own head.
task::ProbeOptions probe_options(StagePlan const& plan, Options const& options);

//! A warm-up of an MLM head that came with the weights.
bool is_idle(StagePlan const& plan, model::Model const& model);

//! stage.NAME.seed, else run.seed.
std::int64_t stage_seed(Options const& options, StagePlan const& plan);

//! Names every draw of a stage.
Key stage_key(Options const& options, StagePlan const& plan);

}  // namespace tartan::train
