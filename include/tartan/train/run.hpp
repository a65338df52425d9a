#pragma once

#include <tartan/comm/communicator.hpp>
#include <tartan/train/checkpoint.hpp>
#include <tartan/train/options.hpp>
#include <tartan/train/run_directory.hpp>
#include <tartan/train/tasks.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tartan::train {

enum class WeightingKind { fixed, meta_tartan, dga, tawt, gcs, gradnorm, uncertainty, random, tapweight };

//! One stretch of training. Without the end task nothing of it is kept as best, unless the run ends with it.
struct StagePlan {
  std::string name;
  WeightingKind weighting = WeightingKind::fixed;
  bool end_task = true;
  bool auxiliaries = true;   //!< those that stage.NAME.tasks names, else all
  bool members = false;      //!< mixes the members, and evaluates each; instead of any other task
  bool mlm_only = false;     //!< of the auxiliaries only masked language modelling
  bool body_frozen = false;  //!< trains the MLM head alone
  bool from_best = false;    //!< starts at the best parameters so far
  bool fresh_heads = false;  //!< starts with new heads of its tasks
  bool turns = false;        //!< external texts and the end task with its own texts take turns (Turns)
  bool as_learned = false;   //!< keeps the weights that the stage with three levels before it ended with
  StageOptions options;
};

//! Whether the stage trains the task: by its role, its kind, and the names in stage.NAME.tasks.
bool trains(StagePlan const& plan, TaskOptions const& task);

//! Whether a stage with turns takes the task for external texts.
bool is_external(StagePlan const& plan, TaskOptions const& task);

//! Carries out the stages in turn into run.output: trains, evaluates on dev, keeps the best, stops early, checkpoints.
//! Collective. Returns ExitStatus::done, or ::stopped after a signal with everything saved.
ExitStatus run_stages(Options const& options, std::vector<StagePlan> const& stages, ResolvedConfig const& config,
                      Resume resume, comm::Communicator& comm);

//! Timing of the first stage that trains the body, for `tartan bench`.
struct BenchResult {
  std::vector<double> step_seconds;
  double tokens = 0;             //!< real tokens of all timed steps, the probe's apart
  double probe_tokens = 0;       //!< of the probe on rank 0
  double matrix_parameters = 0;  //!< encoder parameters that take part in matrix products (embeddings apart)
  int threads = 1;
};
BenchResult bench_stage(Options const& options, StagePlan const& stage, std::int64_t warmup, std::int64_t steps,
                        comm::Communicator& comm);

}  // namespace tartan::train
