#include "open_run.hpp"

#include "level_paths.hpp"
#include "stage.hpp"
#include "tensor_comm.hpp"

#include <tartan/comm/nccl.hpp>
#include <tartan/train/compat.hpp>
#include <tartan/train/heads.hpp>

#include <algorithm>

namespace tartan::train {
namespace {

Key initial_key(std::int64_t seed) { return Key(static_cast<std::uint64_t>(seed)).with("initial"); }

//! A fresh head belongs to the first stage that trains it: its seed names the start values.
model::StartKeys start_keys(Options const& o, std::vector<StagePlan> const& stages, std::vector<Task> const& tasks) {
  model::StartKeys keys{initial_key(stage_seed(o, stages.front())), {}};
  for (auto const& stage : stages)
    for (Task const* task : tasks_of(stage, tasks))
      if (!task->head.empty()) keys.heads.emplace(task->head, initial_key(stage_seed(o, stage)));
  return keys;
}

//! Without those that no stage trains: neither their data nor a head is needed.
std::vector<TaskOptions> trained_tasks(std::vector<TaskOptions> const& tasks, std::vector<StagePlan> const& stages) {
  std::vector<TaskOptions> result;
  for (auto const& task : tasks)
    if (std::ranges::any_of(stages, [&](StagePlan const& stage) { return trains(stage, task); }))
      result.push_back(task);
  return result;
}

//! Of the weights in model.path, or from nothing.
std::unique_ptr<model::Model> start_model(Options const& o, std::vector<StagePlan> const& stages,
                                          std::vector<Task> const& tasks, model::HfConfig const& config,
                                          at::Device device) {
  auto const heads = head_shapes(tasks, config);
  auto const keys = start_keys(o, stages, tasks);
  auto const decay = decay_rule(o.train.compat);
  if (o.model.preset != model::Preset::none)
    return model::fresh_model(config, heads, o.model.precision, o.model.kernels, device, keys, decay);
  model::LoadRules const rules{words(o.model.allow_missing), words(o.model.allow_unexpected)};
  return model::open_model(o.model.path, heads, rules, o.model.precision, o.model.kernels, device, keys, decay);
}

//! Before the first stage rather than when one with levels begins.
void check_levels(std::vector<StagePlan> const& stages, std::vector<Task> const& tasks, int ranks) {
  for (auto const& stage : stages)
    if (has_three_levels(stage))
      check_second_derivatives(stage.options.levels, step_tasks(tasks_of(stage, tasks)), ranks);
}

}  // namespace

Opened open_run(Options const& o, std::vector<StagePlan> const& stages, comm::Communicator& comm) {
  model::HfConfig const config = model::read_hf_config(o.model.path, o.model.preset);
  Opened opened{open_tasks(trained_tasks(o.tasks, stages), o.train, config, o.model.path), nullptr, nullptr};
  bool const is_probed = std::ranges::any_of(stages, probed);
  choose_parts(opened.tasks, is_probed ? task::held_out_share(o.probe.data) : 0);
  if (auto const path = task::probe_path(o.probe.data); is_probed && !path.empty())
    open_probe_data(opened.tasks, path, config, o.model.path);
  check_levels(stages, opened.tasks, comm.size());
  model::set_threads(comm.cores());
  at::Device const device = model::choose_device(o.model.device, comm.local_rank());
  opened.model = start_model(o, stages, opened.tasks, config, device);
  if (o.model.heads == Heads::reuse) reuse_heads(*opened.model, opened.tasks, o.model.path);
  opened.gpus = comm::join_gpus(comm, gpu_of(opened.model->parameters.values().device()), o.run.comm);
  return opened;
}

bool probed(StagePlan const& plan) {
  return plan.weighting == WeightingKind::meta_tartan || plan.weighting == WeightingKind::tapweight;
}

bool has_three_levels(StagePlan const& plan) {
  return plan.weighting == WeightingKind::tapweight && plan.options.levels.levels == Levels::three;
}

task::ProbeOptions probe_options(StagePlan const& plan, Options const& options) {
  task::ProbeOptions result = options.probe;
  if (plan.weighting == WeightingKind::tapweight) result.head = task::ProbeHead::training;
  return result;
}

bool is_idle(StagePlan const& plan, model::Model const& model) { return plan.body_frozen && model.loaded.mlm_head; }

std::int64_t stage_seed(Options const& options, StagePlan const& plan) {
  return plan.options.seed >= 0 ? plan.options.seed : options.run.seed;
}

Key stage_key(Options const& options, StagePlan const& plan) {
  return Key(static_cast<std::uint64_t>(stage_seed(options, plan))).with(plan.name);
}

}  // namespace tartan::train
