#pragma once

#include <tartan/comm/nccl.hpp>
#include <tartan/config/settings.hpp>
#include <tartan/data/sampler.hpp>
#include <tartan/model/device.hpp>
#include <tartan/model/model.hpp>
#include <tartan/optim/schedule.hpp>
#include <tartan/task/objective.hpp>
#include <tartan/train/level_options.hpp>
#include <tartan/train/mixture.hpp>
#include <tartan/train/sampling.hpp>
#include <tartan/train/step.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tartan::train {

struct RunOptions {
  std::string recipe = "meta-tartan";
  std::int64_t seed = 1;
  std::filesystem::path output;
  comm::Transport comm = comm::Transport::automatic;
  std::int64_t checkpoint_every = 500;  //!< steps; 0: never
  std::filesystem::path reuse;          //!< where stages are kept for other runs; empty: nowhere
  double comm_timeout_minutes = 30;     //!< of one call between ranks; 0: no limit
  double max_minutes = 0;               //!< of training, over all stages; 0: no limit
};

//! How heads start that model.path holds under the same name.
enum class Heads { fresh, reuse };

struct ModelOptions {
  std::filesystem::path path;
  model::Preset preset = model::Preset::none;  //!< else a fresh encoder of that size, with the vocabulary of `path`
  model::Precision precision = model::Precision::fp32;
  model::DeviceChoice device = model::DeviceChoice::automatic;
  model::Kernels kernels = model::Kernels::automatic;
  std::string allow_missing, allow_unexpected;  //!< patterns, separated by spaces
  std::int64_t mlm_head_warmup_steps = 0;
  Heads heads = Heads::fresh;
};

enum class Role {
  end,
  auxiliary,
  member,  //!< of many that are learned alike, where nothing is judged by an end task (MUPPET)
};

struct TaskOptions {
  std::string name;
  Role role = Role::auxiliary;
  task::ObjectiveKind objective = task::ObjectiveKind::mlm;
  std::filesystem::path data;
  std::string metric;       //!< empty: the objective's first, see metric_of
  std::int64_t batch = 16;  //!< of a step; of a member: of a sub-batch
  std::string head;         //!< tasks that name the same one share it; empty: see head_of
  //! Constant where weights are fixed, else the start (ours; the paper starts equal); -1: equal. Free.
  double weight = -1;
  data::Shuffle shuffle = data::Shuffle::full;
  double fraction = 1;             //!< of the training split; the cost of an epoch shrinks with it
  std::int64_t fraction_seed = 0;  //!< names which examples
  double mask_rate = 0.15;
  double head_dropout = 0.1;
};

struct StageOptions {
  std::int64_t steps = 0;           //!< 0: as `epochs` says
  double epochs = 10;               //!< of the largest training set among the stage's tasks
  std::int64_t seed = -1;           //!< of the stage's draws; -1: RunOptions::seed
  std::int64_t evaluate_every = 0;  //!< steps; 0: once per epoch of the end task
  std::int64_t patience = 3;        //!< evaluations without a better dev metric; 0: no early stop
  double lr = 2e-5, head_lr = 1e-3;
  double decay = 0.01, head_decay = 0.1;
  double warmup = 0.06;  //!< share of the steps
  optim::Decay schedule = optim::Decay::linear;
  double clip = 1;
  std::string tasks;  //!< names of the auxiliaries (or members) that it trains, separated by spaces; empty: all
  Mixing mixing = Mixing::heterogeneous;  //!< of members
  std::int64_t sub_batches = 16;          //!< of members, in one step
  LevelOptions levels;                    //!< of the stage with levels
  std::string external;                   //!< of turns: names of the external texts; empty: all auxiliaries
  std::int64_t external_steps = 999;      //!< of turns: for each step of the end task and its own texts
  double mlm_weight = 20;                 //!< of turns: of these texts, where the end task's is 1
};

//! When weights that the end task's own gradient judges follow.
enum class Looks {
  step,   //!< by the gradients of every step (ours)
  epoch,  //!< once per epoch of the end task, by examples of their own without dropout (Chen et al. 2022)
};

//! Rules and their sources: include/tartan/weighting/weighting.hpp. What costs more than the alignments themselves says
//! so here or where its type is declared.
struct WeightingOptions {
  double rate = 0.01;  //!< learning rate of the weights (META-TARTAN: of their logits)
  weighting::Similarity similarity = weighting::Similarity::cosine;
  Placement placement = Placement::exact;
  Body body = Body::encoder;
  weighting::Per per = weighting::Per::task;              //!< META-TARTAN's weights; layer: our own
  bool log_layers = false;                                //!< each task's gradient is read once more, see StepOptions
  double ema = 1;                                         //!< DGA, section 2
  weighting::Gate gate = weighting::Gate::threshold;      //!< Du et al., section 3
  double asymmetry = 1.5;                                 //!< GradNorm, equation 2
  weighting::Bounds bounds;                               //!< of META-TARTAN's and DGA's weights; our own, free
  weighting::Descent descent = weighting::Descent::adam;  //!< of TapWeight's logits
  Looks looks = Looks::step;                              //!< of TAWT and DGA
  std::int64_t look_examples = 64;                        //!< of each task, once per epoch (TAWT's published code)
  Apply apply = Apply::loss;  //!< sampling: steps cost as much as their weights say; our own
};

//! Whose arithmetic (src/train/compat.cpp).
enum class Compat {
  none,
  official,  //!< the published code of MT-TARTAN and META-TARTAN
};

struct TrainOptions {
  bool fuse_tasks = true;
  bool dropout = true;
  std::int64_t micro_batches = 1;  //!< gradient accumulation
  task::LossScale loss_scale = task::LossScale::none;
  task::R3f r3f;
  optim::AdamWOptions adamw;
  Compat compat = Compat::none;
};

struct Options {
  RunOptions run;
  ModelOptions model;
  std::vector<TaskOptions> tasks;  //!< in the order of the file
  WeightingOptions weighting;
  TrainOptions train;
  task::ProbeOptions probe;
};

//! Binds every section but the stages' (the recipe knows those). Throws ExitStatus::usage naming the key.
void bind(config::Settings& settings, Options& options);
//! Which keys a stage has beside those of all.
enum class StageKeys { usual, mixing, levels, turns };
//! Section stage.NAME. Keeps a reference to `options`.
config::Section stage_section(std::string const& name, StageOptions& options, StageKeys keys = StageKeys::usual);

//! Checks what only all keys together show: one end task (or, where the recipe needs none, at most one), its objective
//! and metric, data given.
void validate(Options const& options, config::Settings const& settings, bool needs_end_task);

//! Where the task's parameters are: task.NAME.head, else its own; members share one for all spans and one for all
//! choices (MUPPET, section 3.1). Empty: the MLM head.
std::string head_of(TaskOptions const& task);

//! The metric that decides what is kept of the task.
std::string metric_of(TaskOptions const& task);

//! The parts of a value that spaces separate.
std::vector<std::string> words(std::string const& text);

//! All sections with their defaults, for `tartan config default` and the README.
std::vector<config::Section> default_sections(Options& options);

}  // namespace tartan::train
