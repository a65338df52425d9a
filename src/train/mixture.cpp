#include <tartan/train/mixture.hpp>

#include <algorithm>
#include <utility>

namespace tartan::train {
namespace {

std::uint64_t divided_up(std::uint64_t n, std::uint64_t by) { return (n + by - 1) / by; }

//! Where each task's units end in the row of all units.
std::vector<std::uint64_t> ends_of(std::vector<Mixture::Part> const& parts, std::uint64_t sub_batches_of_unit) {
  std::vector<std::uint64_t> ends;
  for (auto const& part : parts)
    ends.push_back((ends.empty() ? 0 : ends.back()) +
                   divided_up(divided_up(part.examples, part.sub_batch), sub_batches_of_unit));
  return ends;
}

//! The task of a unit, and the unit's number within it.
std::pair<std::size_t, std::uint64_t> place_of(std::vector<std::uint64_t> const& ends, std::uint64_t unit) {
  auto const task = static_cast<std::size_t>(std::ranges::upper_bound(ends, unit) - ends.begin());
  return {task, unit - (task == 0 ? 0 : ends[task - 1])};
}

}  // namespace

Mixture::Mixture(std::vector<Part> parts, Mixing mixing, std::uint64_t per_step, Key key)
    : parts_(std::move(parts)),
      mixing_(mixing),
      per_step_(per_step),
      ends_(ends_of(parts_, mixing == Mixing::heterogeneous ? 1 : per_step)),
      order_(key, ends_.back()) {}

std::vector<SubBatch> Mixture::at(std::int64_t step) const {
  auto const number = static_cast<std::uint64_t>(step);
  return mixing_ == Mixing::heterogeneous ? mixed(number) : of_one_task(number);
}

std::int64_t Mixture::steps_per_epoch() const {
  std::uint64_t const units = ends_.back();
  return static_cast<std::int64_t>(mixing_ == Mixing::heterogeneous ? divided_up(units, per_step_) : units);
}

std::vector<SubBatch> Mixture::mixed(std::uint64_t step) const {
  std::vector<SubBatch> result;
  for (std::uint64_t position = step * per_step_; position < (step + 1) * per_step_; ++position) {
    auto const [task, index] = place_of(ends_, order_.at(position));
    result.push_back(sub_batch(task, index, position / ends_.back()));
  }
  return result;
}

std::vector<SubBatch> Mixture::of_one_task(std::uint64_t step) const {
  std::uint64_t const units = ends_.back();
  auto const [task, group] = place_of(ends_, mixing_ == Mixing::dataset_homogeneous ? step % units : order_.at(step));
  std::vector<SubBatch> result;
  for (std::uint64_t index = group * per_step_; index < std::min((group + 1) * per_step_, sub_batches(task)); ++index)
    result.push_back(sub_batch(task, index, step / units));
  return result;
}

std::uint64_t Mixture::sub_batches(std::size_t task) const {
  return divided_up(parts_[task].examples, parts_[task].sub_batch);
}

SubBatch Mixture::sub_batch(std::size_t task, std::uint64_t index, std::uint64_t epoch) const {
  auto const& [examples, size] = parts_[task];
  std::uint64_t const begin = index * size;
  return {task, epoch * examples + begin, std::min(size, examples - begin)};
}

}  // namespace tartan::train
