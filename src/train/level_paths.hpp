// TapWeight's hypergradient where inverse Hessians are more than the identity: by the levels' own losses over a step's
// batches, each rank its share of them.
#pragma once

#include <tartan/train/level_options.hpp>
#include <tartan/train/step.hpp>

#include <optional>

namespace tartan::train {

class LevelPaths {
 public:
  //! `tasks`: the end task first. All but options.proximal, which ties phi to theta, is as SingleLevel reads it. Throws
  //! ExitStatus::usage where second derivatives are asked for that an objective spanning several ranks cannot give.
  LevelPaths(model::Model& theta, model::Model& phi, std::vector<StepTask> tasks, comm::Communicator& comm,
             StepOptions const& options, LevelOptions const& levels);

  //! Where theta and phi stand, which do not change; `report` gets slopes and, on rank 0, the probe's loss. A task's
  //! weight is that of report.weights. Collective. Throws ExitStatus::diverged.
  void run(StepInputs const& inputs, std::vector<double> const& counts, StepReport& report);

 private:
  bool twice() const;  //!< whether losses are differentiated twice
  double validation(StepInputs const& inputs);
  OuterGradient outer() const;
  Level first(StepInputs const& inputs, std::vector<double> const& counts, at::Tensor const& weights) const;
  Level second(StepInputs const& inputs, std::vector<double> const& counts) const;
  at::Tensor loss(model::Model& model, std::size_t task, StepInputs const& inputs, double count) const;
  Together together() const;

  model::Model& theta_;
  model::Model& phi_;
  model::Encoder plain_;
  std::vector<StepTask> tasks_;
  comm::Communicator& comm_;
  StepOptions options_;
  LevelOptions levels_;
  at::Tensor room_;  // (size) of the outer gradient
};

}  // namespace tartan::train
