// Where a task's gradient, whole or this rank's shard of it, meets what it is judged by.
#include "step_sums.hpp"

#include <tartan/model/absorb.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace tartan::train {

// The end task's own gradient needs the room that the probe's direction has: rank 0's, or every rank's shard
void SingleLevel::make_room_for_direction() {
  auto const mine = static_cast<std::int64_t>(probe_counts_[static_cast<std::size_t>(comm_.rank())]);
  if (sharded_ && !shard_direction_.defined()) shard_direction_ = at::empty({mine}, combined_.options());
  if (!sharded_ && comm_.rank() == 0 && !direction_.defined())
    direction_ = at::empty({body_size_}, combined_.options());
}

void SingleLevel::add(std::size_t i, double weight, at::Tensor const& gradient, at::Tensor const& direction,
                      at::Tensor const& combined, Sums& sums) {
  bool const judges = end_judges_ && i == 0 && direction.defined();
  if (judges) direction.copy_(gradient.narrow(0, 0, direction.numel()));
  bool const in_metric = metric_.defined() && direction.defined();
  double const square = in_metric ? square_in_metric(gradient, direction.numel()) : 0;  // before it is absorbed
  if (in_metric && judges) direction.mul_(metric_.narrow(0, 0, direction.numel()));
  if (grouped_ && direction.defined()) look_at_groups(i, gradient, direction, sums);
  if (gates_ != nullptr && i > 0) return add_gated(i, gradient, direction, combined, sums);
  if (!group_weights_.empty()) {
    if (direction.defined()) std::tie(sums.dots[i], sums.squares[i]) = sums.over_groups(i);
    return absorb_by_group(i, weight, gradient, combined);
  }
  bool const apart = only_judges(i);
  auto const result = apart && direction.defined() ? model::look(gradient, direction)
                      : apart                      ? model::DotSquare()
                                                   : model::absorb(gradient, direction, weight, combined);
  if (apart) absorb_apart(0, 1, gradient, combined);
  sums.dots[i] = result.dot;
  sums.squares[i] = in_metric ? square : result.square;
  if (judges) sums.probe_square = sums.squares[i];
}

void SingleLevel::absorb_apart(double body_weight, double heads_weight, at::Tensor const& gradient,
                               at::Tensor const& combined) const {
  std::int64_t const begin = sharded_ ? shard_begin_ : 0;
  std::int64_t const shared =
      std::clamp(model_.parameters.layout().body_size() - begin, std::int64_t{0}, gradient.numel());
  std::int64_t const rest = gradient.numel() - shared;
  model::absorb(gradient.narrow(0, 0, shared), {}, body_weight, combined.narrow(0, 0, shared));
  model::absorb(gradient.narrow(0, shared, rest), {}, heads_weight, combined.narrow(0, shared, rest));
}

// The encoder by its gate, all heads as they are: they harm nobody but their own task
void SingleLevel::add_gated(std::size_t i, at::Tensor const& gradient, at::Tensor const& direction,
                            at::Tensor const& combined, Sums& sums) {
  auto const sum = direction.defined() ? model::look(gradient, direction) : model::DotSquare();
  sums.dots[i] = sum.dot;
  sums.squares[i] = sum.square;
  absorb_apart(gate(i, sums), weighting::gate(*gates_, i, 1, true, true), gradient, combined);
}

// Three scalars over ranks where alignments are on shards, then rank 0's word
double SingleLevel::gate(std::size_t i, Sums const& sums) {
  double parts[3] = {sums.dots[i], sums.squares[i], sums.probe_square};
  if (sharded_) comm_.all_reduce(parts, 3, comm::Type::float64).wait();
  weighting::Alignments const one{
      .dot = {parts[0]}, .norm = {std::sqrt(parts[1])}, .present = {true}, .probe_norm = std::sqrt(parts[2])};
  double weight = weighting::gate(*gates_, i, weighting::cosines(one)[0], present_[0], present_[i]);
  comm_.broadcast(&weight, 1, comm::Type::float64, 0).wait();
  return weight;
}

}  // namespace tartan::train
