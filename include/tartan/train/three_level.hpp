#pragma once

#include <tartan/train/level_options.hpp>
#include <tartan/train/step.hpp>

namespace tartan::train {

class LevelPaths;

//! TapWeight's step (Zhang et al. 2024, arXiv 2410.10006; ALGORITHMS 4). Level I: one step of theta, the model's own
//! parameters, down the weighted sum of the pretraining losses. Level II: one step of phi, a second parameter set, down
//! the end task's loss + proximal |phi - theta|^2, theta being the new one. Level III: the weights go down the
//! validation loss at phi.
//!
//! As in the engine's other rules the probe comes first: its direction is the validation gradient at phi as the step
//! before left it, and the pretraining gradients that it judges are those of level I at theta as the step before left
//! it. So a step's hypergradient is the published code's of the step before, on a pretraining batch of its own instead
//! of the one that theta just learned from; and the weights that it moves reach theta in the next step, one later than
//! there. With hypergradients other than the identity's the weights see Slopes instead of alignments, at the same theta
//! and phi, and theta's step takes all pretraining tasks in one backward.
class ThreeLevel : public StepRule {
 public:
  //! `tasks`: the end task first. `optimizer` is theta's. phi begins with `begin`, or where it is loaded from a
  //! checkpoint.
  ThreeLevel(model::Model& theta, std::vector<StepTask> tasks, comm::Communicator& comm, StepOptions const& options,
             optim::AdamW& optimizer, LevelOptions const& levels);
  ~ThreeLevel() override;

  //! phi becomes theta, as TapWeight's does once at the start.
  void begin();
  //! `rates` are theta's but for upper_body_lr and upper_head_lr.
  StepReport run(StepInputs const& inputs, std::vector<double> const& counts, StepRates const& rates,
                 weighting::Weighting& weighting, task::Probe::HeadStart const& head_start,
                 Extra const& extra = {}) override;

  StepReport look(StepInputs const& inputs, std::vector<double> const& counts,
                  weighting::Weighting& weighting) override {
    return lower_.look(inputs, counts, weighting);
  }
  at::Tensor awaited_direction() const override { return lower_.awaited_direction(); }
  void await_direction(at::Tensor const& direction) override { lower_.await_direction(direction); }
  std::vector<std::string> const& group_names() const override { return lower_.group_names(); }

  model::Model& phi() { return phi_; }
  optim::AdamW& phi_optimizer() { return phi_optimizer_; }

 private:
  void learn(Slopes const& slopes, std::vector<double> const& counts, weighting::Weighting& weighting);

  model::Model& theta_;
  model::Model phi_;
  optim::AdamW phi_optimizer_;
  std::vector<StepTask> tasks_;
  comm::Communicator& comm_;
  SingleLevel lower_, upper_;
  std::unique_ptr<LevelPaths> paths_;  // none: by alignments
};

}  // namespace tartan::train
