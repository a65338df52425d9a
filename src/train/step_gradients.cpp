// The part of the step that forms the weighted sum of task gradients (DESIGN 4.5-4.6).
#include "step_sums.hpp"
#include "tensor_comm.hpp"

#include <tartan/model/absorb.hpp>

#include <torch/csrc/autograd/autograd.h>

namespace tartan::train {

// 2. each task's own gradient, absorbed into the weighted sum; on shards, a task's reduction overlaps the next task
void SingleLevel::task_gradients(StepInputs const& inputs, Micro micro, Sums& sums, StepReport const& report,
                                 Ahead const& ahead) {
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    at::Tensor& scratch = scratch_[sharded_ ? i % 2 : 0];
    if (!scratch.defined()) scratch = at::zeros_like(combined_);
    bind(scratch);
    sums.losses[i] = accumulate(i, inputs, micro);
    for (std::size_t m = micro.first; m < micro.second; ++m)
      sums.tokens += static_cast<double>(inputs.batches[i][m].encoder.num_tokens());
    if (observer) observer(i, scratch);
    if (sharded_) {
      start_reducing(i);
      if (i + 1 == tasks_.size()) ahead();  // before rank 0 would wait for the others' last task
      if (i > 0) finish_reducing(i - 1, report.weights[i - 1], sums);
    } else {
      if (aligned_ || report.counts[i] > 0) absorb(i, report.weights[i], sums);  // else there is no gradient
      if (i + 1 == tasks_.size()) ahead();
    }
  }
  if (sharded_ && !tasks_.empty()) finish_reducing(tasks_.size() - 1, report.weights.back(), sums);
}

double SingleLevel::accumulate(std::size_t i, StepInputs const& inputs, Micro micro) {
  double sum = 0;
  for (std::size_t m = micro.first; m < micro.second; ++m) {
    auto const& batch = inputs.batches[i][m];
    if (!takes_part(i, m, batch)) continue;
    at::Tensor const loss = task::forward_loss(*tasks_[i].objective, place(i), batch) / divisors_[m][i];
    torch::autograd::backward({loss}, {});
    sum += loss.item<double>();
  }
  return sum;
}

void SingleLevel::absorb(std::size_t i, double weight, Sums& sums) {
  if (averaged_) scattering_.wait();
  add(i, weight, scratch_[0], looks_here() ? direction_ : at::Tensor(), combined_, sums);
}

void SingleLevel::start_reducing(std::size_t i) {
  at::Tensor& shard = shards_[i % 2];
  if (!shard.defined()) shard = at::empty({my_shard()}, combined_.options());
  reducing_[i % 2] = reduce_scatter(comm_, scratch_[i % 2], shard, shard_counts_, route());
}

void SingleLevel::finish_reducing(std::size_t i, double weight, Sums& sums) {
  reducing_[i % 2].wait();
  scattering_.wait();
  scratch_[i % 2].zero_();
  add(i, weight, shards_[i % 2], shard_direction_, combined_.narrow(0, shard_begin_, my_shard()), sums);
}

// 3. the weighted sum over ranks, everywhere
void SingleLevel::gather() {
  if (comm_.size() == 1) return;
  at::Tensor const own = combined_.narrow(0, shard_begin_, my_shard());
  if (!sharded_) {
    if (!shards_[0].defined()) shards_[0] = at::empty({my_shard()}, combined_.options());
    reduce_scatter(comm_, combined_, shards_[0], shard_counts_, route()).wait();
    own.copy_(shards_[0]);
  }
  all_gather(comm_, own, combined_, shard_counts_, route()).wait();
}

void SingleLevel::bind(at::Tensor const& buffer) {
  if (options_.freeze_body)
    model_.parameters.bind_head_gradients(buffer);
  else
    model_.parameters.bind_gradients(buffer);
}

Route SingleLevel::route() const { return options_.through_host ? Route::host : route_of(comm_, combined_); }

// Alike on every rank where the objective spans them all, since each must join its collectives
bool SingleLevel::takes_part(std::size_t i, std::size_t m, data::PackedBatch const& batch) const {
  return divisors_[m][i] > 0 && (batch.has_targets() || tasks_[i].objective->spans_ranks());
}

task::HeadPlace SingleLevel::place(std::size_t i) const {
  task::HeadPlace place{model_.encoder, model_.parameters, model_.parameters, tasks_[i].head,
                        options_.dropout && !only_looks_};
  if (tasks_[i].objective->spans_ranks())
    place.gather = [this](at::Tensor const& own) { return gather_rows(comm_, own, route()); };
  return place;
}

}  // namespace tartan::train
