#pragma once

#include <tartan/comm/communicator.hpp>
#include <tartan/model/layer_groups.hpp>
#include <tartan/model/model.hpp>
#include <tartan/optim/adamw.hpp>
#include <tartan/optim/clip.hpp>
#include <tartan/task/objective.hpp>
#include <tartan/task/probe.hpp>
#include <tartan/train/hypergradient.hpp>
#include <tartan/train/proximal.hpp>
#include <tartan/weighting/weighting.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tartan::train {

//! Where alignments are formed (DESIGN 4.6). A cosine of few examples is attenuated: their noise lengthens the gradient
//! and not its part along the probe. `mean` averages the noise out, not the attenuation.
enum class Placement {
  exact,  //!< of the global gradients, on shards (ours, what the equations say); each task's gradient is reduced
  //! of rank 0's own examples (as the published code on its one GPU); no gradient travels but the combined one
  rank0,
  //! of each rank's own examples, cosines averaged over the ranks that have some (ours); the direction is broadcast
  mean,
};

//! Over which parameters dots and norms of alignments are taken.
enum class Body {
  encoder,               //!< what all tasks share (the paper's body parameters)
  encoder_and_mlm_head,  //!< as the published code; the direction is 0 on the MLM head, so only norms of MLM tasks
                         //!< grow; reads that many more numbers
};

//! Length of the direction, over the first parameters of the layout.
std::int64_t body_size(model::Layout const& layout, Body body);

//! What a task's loss is the mean of, where a step accumulates micro-batches.
enum class LossMean {
  batch,          //!< all targets of the step
  micro_batches,  //!< the means of its micro-batches, however many targets each has (the published code)
};

enum class Route;  // src/train/tensor_comm.hpp

//! A task as the step sees it.
struct StepTask {
  std::string name;
  task::Objective const* objective;
  std::string head;  //!< name of its head in the parameter set; empty: the MLM head
};

struct ProbeInputs {
  data::PackedBatch head;                    //!< fits the dev head
  data::PackedBatch gradient;                //!< gives the dev gradient
  std::vector<data::PackedBatch> further{};  //!< with ProbePer::micro: give those of the micro-batches after the first
};

//! What one rank works on in one optimiser step.
struct StepInputs {
  std::vector<std::vector<data::PackedBatch>> batches;  //!< [task][micro-batch], transformed
  std::optional<ProbeInputs> probe;                     //!< on rank 0 where this step takes a probe
  std::vector<double> weights{};                        //!< of the step's own, per task; empty: the weighting's
  bool aligned = true;  //!< this step forms alignments, where the weighting needs any, and updates the weights
};

//! This rank's targets per task.
std::vector<double> local_counts(StepInputs const& inputs);

//! Learning rates and decays of one step.
struct StepRates {
  double body_lr = 0, head_lr = 0;
  double upper_body_lr = 0, upper_head_lr = 0;  //!< of phi (ThreeLevel)
  double body_decay = 0.01, head_decay = 0.1;
  double clip = 1;  //!< largest norm of body with MLM head, and of all heads together; 0: no clipping
};

struct StepOptions {
  Placement placement = Placement::exact;
  Body body = Body::encoder;
  LossMean loss_mean = LossMean::batch;
  double least_norm_product = 1e-8;  //!< of weighting::Alignments
  bool fuse = true;                  //!< with fixed weights: all tasks in one forward and backward
  bool dropout = true;
  bool through_host = false;  //!< reduce by way of host memory, as GPUs do (for tests)
  //! Alignments of each group of body parameters, too: each task's gradient and the direction are read once more.
  bool log_layers = false;
  bool freeze_body = false;        //!< train heads only (MLM head warm-up)
  bool looks_apart = false;        //!< weights follow in `look` alone
  bool first_only_judges = false;  //!< the first task, whose weight is 0, trains its head and nothing else
  Proximal proximal;               //!< added to the combined gradient, before it is clipped
  //! gamma of a squared proximal term that lies in what is looked at too (TapWeight's level III in the published
  //! language runs): the direction is that of the judge's loss less (1 - 2 gamma)(judge - model), so that -2 gamma
  //! times the products with it are ALGORITHMS 4's slopes.
  std::optional<double> proximal_above;
  task::ProbeOptions probe;
};

//! What the weights of a step with three levels saw instead of alignments, where hypergradients are not products of the
//! step's own gradients.
struct Slopes {
  std::vector<double> by_weight;  //!< d (dev loss) / d (weight), per task; the end task's is 0
  std::vector<PathReport> paths;  //!< of Hypergradient
};

struct StepReport {
  std::vector<double> losses;                      //!< mean over the global batch, per task; 0 where it had no target
  std::vector<std::vector<double>> look_losses;    //!< [look][task] whose mean they are: of each micro-batch
  std::vector<double> counts;                      //!< global targets per task
  std::vector<double> weights;                     //!< used in this step
  std::vector<std::vector<double>> group_weights;  //!< (tasks)(groups) where there are any, used in this step
  bool aligned = false;                            //!< whether there are alignments
  bool metric = false;                             //!< dots and norms are those of AdamW's metric
  weighting::Alignments alignments;                //!< mean of `looks`
  std::vector<weighting::Alignments> looks;  //!< what the weights saw: one, or with ProbePer::micro one a micro-batch
  std::vector<double> aligned_counts;        //!< targets per task on which the alignments rest
  //! With rank0 and mean on several ranks: the cosine of the weighted sum C of all gradients with the probe, and what
  //! the ranks that look see of it, each by its own part of C, averaged. Their ratio is by how much cosines are
  //! attenuated. Not with ProbePer::micro, which has a probe for each part of C.
  std::optional<double> combined_cosine, combined_cosine_local;
  bool probed = false;                  //!< on rank 0: whether this step took a probe
  task::ProbeReport probe;              //!< on rank 0
  double body_norm = 0, head_norm = 0;  //!< of the combined gradient before clipping
  double tokens = 0;                    //!< over all ranks, probe apart
  std::optional<double> distance;       //!< |phi - theta| over the body after the step (ThreeLevel)
  std::optional<Slopes> slopes;         //!< where there are no alignments (ThreeLevel)
  std::vector<double> extra;            //!< sums over ranks of what the caller sent along
};

//! How one optimiser step goes. Collective.
class StepRule {
 public:
  using Extra = std::function<std::vector<double>()>;

  virtual ~StepRule() = default;
  //! `counts`: global targets per task, by which summed losses are divided. `extra`: asked for when
  //! all gradients are there, for scalars that are summed over ranks along with the step's own. Throws
  //! ExitStatus::diverged where loss or gradient is not finite.
  virtual StepReport run(StepInputs const& inputs, std::vector<double> const& counts, StepRates const& rates,
                         weighting::Weighting& weighting, task::Probe::HeadStart const& head_start,
                         Extra const& extra) = 0;
  //! Only looks: the weights follow the alignments of these examples with the end task's, dropout off; nothing is
  //! learned. For weightings that need end_alignments.
  virtual StepReport look(StepInputs const& inputs, std::vector<double> const& counts,
                          weighting::Weighting& weighting) = 0;
  //! With ProbeOptions::stale, on rank 0: the direction of the last probe, for the next step (size of its body).
  //! Undefined where there is none. It is a part of what a checkpoint holds.
  virtual at::Tensor awaited_direction() const = 0;
  virtual void await_direction(at::Tensor const& direction) = 0;
  //! Groups of StepReport::group_weights and of alignments.
  virtual std::vector<std::string> const& group_names() const = 0;
};

//! One optimiser step at a time: probe, task gradients through one scratch buffer, weighting, clipping, AdamW
//! (DESIGN 4.4-4.7). Collective: every rank calls `run` with its own share.
class SingleLevel : public StepRule {
 public:
  //! `judge`: whose parameters the probe looks at; none: the model's own.
  SingleLevel(model::Model& model, std::vector<StepTask> tasks, StepTask const* end, comm::Communicator& comm,
              StepOptions options, optim::AdamW& optimizer, model::Model* judge = nullptr);

  StepReport run(StepInputs const& inputs, std::vector<double> const& counts, StepRates const& rates,
                 weighting::Weighting& weighting, task::Probe::HeadStart const& head_start,
                 Extra const& extra = {}) override;

  StepReport look(StepInputs const& inputs, std::vector<double> const& counts,
                  weighting::Weighting& weighting) override;
  at::Tensor awaited_direction() const override { return awaiting_ ? awaited_direction_ : at::Tensor(); }
  void await_direction(at::Tensor const& direction) override;

  std::vector<std::string> const& group_names() const override { return groups_.names; }
  //! The combined gradient of the last step, after clipping (size).
  at::Tensor const& combined() const { return combined_; }
  //! What tasks were judged by in the last step that formed alignments, on rank 0 (body_size); P d where
  //! StepReport::metric.
  at::Tensor const& direction() const { return direction_; }
  //! Looks at each task's own gradient (this rank's, unweighted) before it is absorbed. For tests and audits.
  std::function<void(std::size_t task, at::Tensor const& gradient)> observer;

 private:
  struct Sums;                                        // scalars that are reduced over ranks in one go
  using Ahead = std::function<void()>;                // work of rank 0 that the others need not wait for
  using Micro = std::pair<std::size_t, std::size_t>;  // micro-batches [first, second)
  void prepare(StepInputs const& inputs, std::vector<double> const& counts, weighting::Weighting const& weighting,
               bool aligned, StepReport& report);
  at::Tensor probe(StepInputs const& inputs, std::size_t look, task::Probe::HeadStart const& start,
                   at::Tensor& direction, StepReport& report);
  void add_term_above(at::Tensor const& direction) const;
  std::vector<Micro> looks(StepInputs const& inputs) const;
  bool by_micro_batch() const;
  static std::vector<std::vector<double>> local_micro_counts(StepInputs const& inputs);  // [micro-batch][task]
  std::vector<std::vector<double>> global_micro_counts(StepInputs const& inputs) const;
  void count(StepInputs const& inputs, std::vector<double> const& counts);
  void hand_out_direction(Sums& sums);
  void spread_direction();
  bool looks_here() const { return aligned_ && (averaged_ || comm_.rank() == 0); }
  bool attenuated() const;
  void gather_and_look(Sums& sums);
  void look_locally(std::vector<double> const& own_counts, std::vector<double> const& counts, Sums& sums) const;
  double along_direction() const;
  std::vector<double> local_sums(Sums const& sums) const;
  void take_local_sums(std::vector<double> const& sums, weighting::Alignments& alignments, StepReport& report) const;
  bool take_metric(bool wanted);
  void form_metric(double least, bool shard);
  double precondition_direction();
  void task_gradients(StepInputs const& inputs, Micro micro, Sums& sums, StepReport const& report, Ahead const& ahead);
  void fused_gradient(StepInputs const& inputs, Sums& sums, StepReport const& report);
  bool takes_part(std::size_t task, std::size_t micro_batch, data::PackedBatch const& batch) const;
  double accumulate(std::size_t task, StepInputs const& inputs, Micro micro);
  std::int64_t my_shard() const {
    return static_cast<std::int64_t>(shard_counts_[static_cast<std::size_t>(comm_.rank())]);
  }
  void start_reducing(std::size_t task);
  void finish_reducing(std::size_t task, double weight, Sums& sums);
  void absorb(std::size_t task, double weight, Sums& sums);
  void gather();
  void make_room_for_direction();
  void add(std::size_t task, double weight, at::Tensor const& gradient, at::Tensor const& direction,
           at::Tensor const& combined, Sums& sums);
  void absorb_apart(double body_weight, double heads_weight, at::Tensor const& gradient,
                    at::Tensor const& combined) const;
  void add_gated(std::size_t task, at::Tensor const& gradient, at::Tensor const& direction, at::Tensor const& combined,
                 Sums& sums);
  double gate(std::size_t task, Sums const& sums);
  bool only_judges(std::size_t task) const { return options_.first_only_judges && task == 0; }
  void begin_groups(Sums& sums) const;
  std::vector<model::GroupStretch> stretches() const;
  void look_at_direction(Sums& sums) const;
  void look_at_groups(std::size_t task, at::Tensor const& gradient, at::Tensor const& direction, Sums& sums) const;
  void absorb_by_group(std::size_t task, double rest_weight, at::Tensor const& gradient,
                       at::Tensor const& combined) const;
  std::vector<double> group_sums(Sums const& sums) const;
  void take_group_sums(std::vector<double> const& sums, std::vector<double> const& local,
                       weighting::Alignments& alignments) const;
  double square_in_metric(at::Tensor const& gradient, std::int64_t size) const;
  void reduce(std::vector<Sums> const& sums, StepReport& report, Extra const& extra);
  void check_finite(StepReport const& report) const;
  void decide(weighting::Weighting& weighting, StepReport const& report);
  void update(std::vector<double> const& counts, StepRates const& rates, StepReport& report);
  void pull_to_anchor();
  void bind(at::Tensor const& buffer);
  task::HeadPlace place(std::size_t task) const;
  Route route() const;

  model::Model& model_;
  std::vector<StepTask> tasks_;
  comm::Communicator& comm_;
  StepOptions options_;
  optim::AdamW& optimizer_;
  model::Model* judge_;  //!< what the probe looks at, where that is another model
  std::unique_ptr<task::Probe> probe_;
  std::int64_t body_size_;                                // of the direction
  std::vector<std::size_t> shard_counts_, probe_counts_;  // per rank: of the whole buffer, of its body
  std::int64_t shard_begin_ = 0;
  at::Tensor combined_, direction_, awaited_direction_, shard_direction_;
  at::Tensor metric_room_, metric_;             // diagonal, from where this rank's direction begins; undefined: plain
  std::array<at::Tensor, 2> scratch_, shards_;  // the second only where a reduction overlaps the next task
  std::array<comm::Work, 2> reducing_;
  comm::Work scattering_;
  bool awaiting_ = false;    // awaited_direction_ is for a step to come
  bool aligned_ = false;     // this step's weighting looks at each task's gradient
  bool only_looks_ = false;  // nothing is learned from this step
  bool end_judges_ = false;  // by the end task's own gradient instead of the probe's; it is the first task
  weighting::Weighting const* gates_ = nullptr;   // where a task's weight depends on its gradient in this very step
  std::vector<bool> present_;                     // tasks that have examples, for the gates
  std::vector<std::vector<double>> divisors_;     // [micro-batch][task] of summed losses
  std::vector<std::vector<double>> look_counts_;  // [look][task] targets on which its alignments rest
  bool sharded_ = false;                          // and its alignments are formed on shards
  bool averaged_ = false;                         // or on each rank of its own examples
  model::LayerGroups groups_;
  bool grouped_ = false;                            // alignments of each group, too
  std::vector<std::vector<double>> group_weights_;  // of this step; empty: a task has one weight
  bool preconditioned_ = false;                     // direction_ is P d, not d
  bool told_of_plain_cosines_ = false;
};

}  // namespace tartan::train
