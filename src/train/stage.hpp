#pragma once

#include <tartan/comm/timed.hpp>
#include <tartan/core/lock_file.hpp>
#include <tartan/train/evaluate.hpp>
#include <tartan/train/prefetch.hpp>
#include <tartan/train/progress.hpp>
#include <tartan/train/run.hpp>
#include <tartan/train/three_level.hpp>
#include <tartan/train/turns.hpp>

#include <chrono>
#include <optional>

namespace tartan::train {

//! What all stages of a run share.
struct RunContext {
  Options const& options;
  model::Model& model;
  std::vector<Task> const& tasks;
  comm::Timed& comm;
  RunDirectory directory;
  std::unique_ptr<MetricsLog> log;  //!< rank 0
  std::unique_ptr<LockFile> lock;   //!< rank 0
  at::Tensor best_values;           //!< parameters of Progression::best, on every rank; undefined before the first
};

//! The tasks that a stage trains, the end task first.
std::vector<Task const*> tasks_of(StagePlan const& plan, std::vector<Task> const& tasks);

//! Those of them whose dev sets each of its evaluations goes through: members, else the end task.
std::vector<Task const*> evaluated_tasks(StagePlan const& plan, std::vector<Task> const& tasks);

std::vector<std::string> names_of(std::vector<Task const*> const& tasks);

//! The same tasks as the step sees them.
std::vector<StepTask> step_tasks(std::vector<Task const*> const& tasks);

//! How a stage mixes its members; nothing where it has none.
std::optional<Mixture> mixture_of(StagePlan const& plan, std::vector<Task const*> const& tasks, Key stage);

//! How a stage's tasks take turns; nothing where they do not.
std::optional<Turns> turns_of(StagePlan const& plan, std::vector<Task const*> const& tasks);

//! Steps of a stage: as asked for, or so many epochs of the largest of its training sets, of all where they are mixed.
std::int64_t total_steps(StagePlan const& plan, std::vector<Task const*> const& tasks);

//! Steps of one epoch of the end task.
std::int64_t steps_of_end_task(StagePlan const& plan, std::vector<Task const*> const& tasks);

//! Steps between evaluations; 0: none, or with members only at the end.
std::int64_t evaluation_interval(StagePlan const& plan, std::vector<Task const*> const& tasks);

//! The loop over one stage's optimiser steps.
class Stage {
 public:
  //! `progression` says where to begin; tensors and task weights come from `checkpoint`, where there is one.
  Stage(RunContext& run, StagePlan const& plan, Progression& progression,
        std::optional<std::filesystem::path> const& checkpoint);

  enum class End { finished, stopped };
  End run();
  //! Times `steps` steps after `warmup` others, from step `first` on; nothing is written.
  BenchResult bench(std::int64_t warmup, std::int64_t steps, std::int64_t first = 0);
  std::int64_t num_steps() const { return total_steps_; }
  std::int64_t evaluate_every() const { return evaluate_every_; }

 private:
  //! What the ranks tell each other with a step's reduction.
  struct Heard {
    std::vector<double> next_counts;  //!< targets of the next step, per task
    bool stop = false, time_up = false;
    double data_seconds = 0, rank_seconds = 0;  //!< waited for, mean over ranks
  };
  static constexpr char const* direction_name = "probe_direction";  // of what a checkpoint holds for the next step
  void start_heads();
  void look();
  std::unique_ptr<StepRule> make_rule();
  std::vector<FlatTensor> phi_tensors() const;
  void load(std::filesystem::path const& checkpoint);
  void warn_of_idle_weights(std::int64_t steps);
  void warn_of_paths(StepReport const& report);
  StepReport step(StepInputs const& inputs, std::vector<double> const& counts, Prefetch& ahead);
  bool sampled() const {
    return run_.options.weighting.apply == Apply::sampling && plan_.end_task && tasks_.size() > 1;
  }
  std::vector<std::int64_t> next_sizes() const;
  StepRates rates() const;
  std::vector<double> global(std::vector<double> counts) const;
  std::vector<double> message(Prefetch& ahead);
  Heard heard(std::vector<double> const& sums) const;
  double seconds() const;
  model::Model& judged_model() const { return levels_ ? levels_->phi() : run_.model; }
  double seconds_left() const;
  bool evaluation_due(Heard const& heard) const;
  void evaluate_dev();
  void evaluate_members();
  void log_evaluation(Task const& task, Evaluation const& evaluation, bool best) const;
  void keep(Best const& best);
  void keep_weights();
  std::string end_reason(Heard const& heard) const;
  void finish(std::string const& reason);
  void save();
  bool absent(StepReport const& report, std::size_t task) const;
  void log_look(StepReport const& report) const;
  void log_step(StepReport const& report, Heard const& heard, double step_seconds);
  nlohmann::ordered_json hypergradient(Slopes const& slopes) const;
  nlohmann::ordered_json by_group(std::vector<std::vector<double>> const& values) const;
  std::string note(StepReport const& report) const;

  RunContext& run_;
  StagePlan const& plan_;
  Progression& p_;
  std::vector<Task const*> tasks_;
  Task const* end_;               //!< nullptr: the run has none
  std::int64_t steps_at_rate_0_;  // of total_steps_, after the schedule's
  std::int64_t total_steps_, evaluate_every_;
  optim::AdamW optimizer_;
  weighting::Weighting weighting_;
  Draws draws_;
  Prefetch prefetch_;
  std::vector<std::int64_t> sizes_, used_sizes_;  // of the step to draw next, and of this one; empty: each task's batch
  ThreeLevel* levels_ = nullptr;                  // rule_, where that is what it is
  std::unique_ptr<StepRule> rule_;
  Progress progress_;
  std::chrono::steady_clock::time_point start_;
  double seconds_before_;
  std::string last_metric_;
  bool warned_of_idle_weights_ = false, warned_of_paths_ = false;
};

//! Writes exports/<stage>-<step> and points `best` at it. Rank 0 only.
void export_best(RunContext const& run, Best const& best);
//! Removes every export but those of `kept`. Rank 0 only.
void prune_exports(RunDirectory const& directory, std::vector<Best> const& kept);
//! All parameters of an export, heads included.
void load_export(std::filesystem::path const& path, model::HfConfig const& config, model::ParameterSet& parameters);
//! best_values from the export of `best`, on every rank; rank 0 points `best` at it again.
void restore_best(RunContext& run, Best const& best);

}  // namespace tartan::train
