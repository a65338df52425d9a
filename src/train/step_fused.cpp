// The gradient of the weighted sum of all tasks in one forward and backward, where nothing is asked of each task's own
// (DESIGN 4.5).
#include "step_sums.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <deque>

namespace tartan::train {
namespace {

//! All passes of all tasks over one micro-batch.
class Packed {
 public:
  Packed(std::vector<StepTask> const& tasks, StepInputs const& inputs, std::size_t micro_batch) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      auto const& batch = inputs.batches[i][micro_batch];
      for (auto const& pass : tasks[i].objective->passes()) add(i, task::changed_by(pass, batch), batch);
    }
  }
  data::PackedBatch together() const { return data::concatenate(parts_); }
  //! Each task's rows of `hidden` (all rows, H), pass by pass.
  std::vector<std::vector<at::Tensor>> divide(at::Tensor const& hidden, std::size_t tasks) const {
    std::vector<std::vector<at::Tensor>> result(tasks);
    std::int64_t begin = 0;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      auto const rows = static_cast<std::int64_t>(parts_[k]->rows.size());
      result[tasks_[k]].push_back(hidden.narrow(0, begin, rows));
      begin += rows;
    }
    return result;
  }

 private:
  void add(std::size_t task, std::optional<data::PackedBatch> changed, data::PackedBatch const& batch) {
    tasks_.push_back(task);
    parts_.push_back(changed ? &changed_.emplace_back(std::move(*changed)) : &batch);
  }

  std::vector<std::size_t> tasks_;  // of each part
  std::vector<data::PackedBatch const*> parts_;
  std::deque<data::PackedBatch> changed_;  // stay where they are
};

//! As they are, for a head that the encoder does not learn from.
std::vector<at::Tensor> detached(std::vector<at::Tensor> hidden) {
  for (auto& one : hidden) one = one.detach();
  return hidden;
}

}  // namespace

void SingleLevel::fused_gradient(StepInputs const& inputs, Sums& sums, StepReport const& report) {
  bind(combined_);
  for (std::size_t m = 0; m < num_micro_batches(inputs); ++m) {
    Packed const packed(tasks_, inputs, m);
    data::PackedBatch const all = packed.together();
    for (auto const& batches : inputs.batches) sums.tokens += static_cast<double>(batches[m].encoder.num_tokens());
    at::Tensor const hidden = model_.encoder.forward(model_.parameters, all, all.rows, {options_.dropout, 0});
    auto const parts = packed.divide(hidden, tasks_.size());
    at::Tensor total;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      auto const& batch = inputs.batches[i][m];
      if (!takes_part(i, m, batch)) continue;
      bool const judges = only_judges(i);
      at::Tensor const loss =
          tasks_[i].objective->loss(place(i), judges ? detached(parts[i]) : parts[i], batch) / divisors_[m][i];
      sums.losses[i] += loss.item<double>();
      at::Tensor const weighted = judges ? loss : report.weights[i] * loss;
      total = total.defined() ? total + weighted : weighted;
    }
    if (total.defined()) torch::autograd::backward({total}, {});
  }
}

}  // namespace tartan::train
