#pragma once

#include <tartan/train/agreement.hpp>
#include <tartan/train/step.hpp>

#include <vector>

namespace tartan::train {

//! AdamW's second moments of the body, with the step count of each of the body's segments.
struct SecondMoments {
  at::Tensor values;          // (body_size)
  std::vector<double> steps;  // (segments of the encoder)
};

struct LookAheadOptions {
  task::ProbeOptions probe;
  optim::AdamWOptions adamw;
  bool dropout = true;  //!< of the tasks' gradients; the dev loss is always taken without
  double lr = 0;        //!< of both moves; 0: each move has the length that `share` gives
  double share = 1e-3;  //!< of the dev loss, which a move of this length straight down its gradient would take away
};

//! Of one task in one step.
struct LookedAhead {
  double lr = 0;      //!< of the plain move
  double length = 0;  //!< of the plain move, and of AdamW's where lr was not given
  Change plain;       //!< -lr <d, g> against the dev loss after theta - lr g
  Change adam;        //!< -lr <d, u> against the dev loss after theta - lr u
  //! The same predictions against what becomes of the loss on `others`, examples that gave neither head nor gradient.
  Change plain_on_others, adam_on_others;
  //! The sign that the plain product -<d, g> foretells for AdamW's move, its size as that of the plain move.
  Change plain_for_adam;
};

//! Does the dev loss change as the products of gradients say (CHECKS 5)? The dev gradient d is the probe's, in eval
//! mode; the dev loss is that of the very examples and the very dev head that gave it. g is a task's gradient as a
//! training step takes it; u = g / (sqrt(v) + eps) is AdamW's step on g alone, momentum apart, with v = (beta2 v_before
//! + (1 - beta2) g^2) / (1 - beta2^t), as the optimiser would hold it then. Only the body moves, and gets its values
//! back bit by bit. Cost of a step: a probe, and for each task a gradient and four dev losses.
class LookAhead {
 public:
  //! `tasks` and their objectives outlive it; `end` is one of them. `moments`: (body_size).
  LookAhead(model::Model& model, std::vector<StepTask> const& tasks, StepTask const& end, LookAheadOptions options,
            SecondMoments moments);

  //! `inputs` holds a probe; `others`: further dev examples, may be none. One entry per task; a task without targets is
  //! all 0, changes on no examples are. Throws ExitStatus::diverged.
  std::vector<LookedAhead> step(StepInputs const& inputs, data::PackedBatch const& others,
                                task::Probe::HeadStart const& head_start);
  double dev_loss() const { return before_.probed; }  //!< of the last step, before any move

 private:
  //! Of the loss on the probe's examples and on others.
  struct Losses {
    double probed = 0, others = 0;
  };
  Losses losses(data::PackedBatch const& dev, data::PackedBatch const& others);
  LookedAhead look(data::PackedBatch const& dev, data::PackedBatch const& others);
  at::Tensor adam_direction(at::Tensor const& gradient) const;
  Losses change(at::Tensor const& direction, double lr, data::PackedBatch const& dev, data::PackedBatch const& others);

  model::Model& model_;
  std::vector<StepTask> const& tasks_;
  LookAheadOptions options_;
  task::Probe probe_;
  SecondMoments moments_;
  at::Tensor scratch_;                   // (size)
  at::Tensor direction_, start_, body_;  // (body_size); body_ is the model's own
  Losses before_;
};

//! The second moments that AdamW has after steps at these very weights: of the mean of all tasks' gradients, one for
//! each of `inputs`. Where training has none yet.
SecondMoments second_moments_at(model::Model& model, std::vector<StepTask> const& tasks,
                                std::vector<StepInputs> const& inputs, LookAheadOptions const& options);

}  // namespace tartan::train
