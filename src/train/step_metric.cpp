// The metric of AdamW's next step, in which alignments can be formed (weighting::Similarity::adam).
#include "step_sums.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/model/absorb.hpp>
#include <tartan/optim/metric.hpp>

#include <utility>

namespace tartan::train {

// Moments are the same on every rank, so each forms what it needs of the diagonal: its shard, or all of it where it
// looks at whole gradients, as rank 0 always, since it preconditions the direction. Whether there is one at all follows
// from counts that every rank has.
bool SingleLevel::take_metric(bool wanted) {
  metric_ = at::Tensor();
  if (!wanted) return false;
  auto const least = optim::least_second_moment(optimizer_, body_size_);
  if (!least && !std::exchange(told_of_plain_cosines_, true))
    log("weighting.similarity = adam: the optimiser has no moments yet; cosines are plain until its first step");
  if (least && (sharded_ || looks_here())) form_metric(*least, sharded_ && comm_.rank() != 0);
  return least.has_value();
}

void SingleLevel::form_metric(double least, bool shard) {
  std::int64_t const size =
      shard ? static_cast<std::int64_t>(probe_counts_[static_cast<std::size_t>(comm_.rank())]) : body_size_;
  if (!metric_room_.defined() || metric_room_.numel() != size) metric_room_ = at::empty({size}, combined_.options());
  metric_ = metric_room_;
  optim::metric(optimizer_, least, shard ? shard_begin_ : 0, metric_);
}

// d becomes P d, once: then <P d, g> comes from the sweep that absorbs g. Returns <P d, d>.
double SingleLevel::precondition_direction() {
  expects(!std::exchange(preconditioned_, true), "a direction is preconditioned once");
  double const square = model::weighted_square_sum(direction_, metric_);
  direction_.mul_(metric_);
  return square;
}

double SingleLevel::square_in_metric(at::Tensor const& gradient, std::int64_t size) const {
  return model::weighted_square_sum(gradient.narrow(0, 0, size), metric_.narrow(0, 0, size));
}

}  // namespace tartan::train
