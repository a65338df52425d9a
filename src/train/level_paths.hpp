// TapWeight's hypergradient where it is not made of the step's own gradients: by the levels' losses over its batches,
// each rank its share of them.
#pragma once

#include <tartan/train/level_options.hpp>
#include <tartan/train/step.hpp>

namespace tartan::train {

//! Whether the levels' losses are.
bool differentiates_twice(LevelOptions const& levels);

//! Throws ExitStatus::usage where second derivatives are asked for that an objective spanning several ranks cannot
//! give.
void check_second_derivatives(LevelOptions const& levels, std::vector<StepTask> const& tasks, int ranks);

class LevelPaths {
 public:
  struct Found {
    Slopes slopes;
    task::ProbeReport probe;  //!< on rank 0
  };

  //! `tasks`: the end task first. Of `options` dropout, the probe's and `proximal` are read, the last of which ties phi
  //! to theta. Throws as `check_second_derivatives`.
  LevelPaths(model::Model& theta, model::Model& phi, std::vector<StepTask> tasks, comm::Communicator& comm,
             StepOptions const& options, LevelOptions const& levels);

  //! At theta and phi as they stand, which do not change. `counts` and `weights`: per task, the end task's first.
  //! Collective. Throws ExitStatus::diverged.
  Found run(StepInputs const& inputs, std::vector<double> const& counts, std::vector<double> const& weights);

 private:
  bool twice() const { return differentiates_twice(levels_); }
  task::ProbeReport validation(StepInputs const& inputs);
  OuterGradient outer() const;
  Level first(StepInputs const& inputs, std::vector<double> const& counts, at::Tensor const& weights) const;
  Level second(StepInputs const& inputs, std::vector<double> const& counts) const;
  at::Tensor loss(model::Model& model, std::size_t task, StepInputs const& inputs, double count) const;
  task::HeadPlace place(model::Model& model, std::size_t task) const;
  Together together() const;

  model::Model& theta_;
  model::Model& phi_;
  model::Encoder plain_;
  std::vector<StepTask> tasks_, end_, others_;  // all, the first, and those after it
  comm::Communicator& comm_;
  StepOptions options_;
  LevelOptions levels_;
  task::Probe probe_;
  at::Tensor room_;  // (size) of the outer gradient
};

}  // namespace tartan::train
