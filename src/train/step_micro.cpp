// What micro-batches are to a step: by which counts their losses are divided, and how many looks it takes.
#include "step_sums.hpp"

namespace tartan::train {

std::size_t num_micro_batches(StepInputs const& inputs) {
  return inputs.batches.empty() ? 0 : inputs.batches[0].size();
}

// With ProbePer::micro each micro-batch is looked at by itself, all at the parameters before the step
std::vector<SingleLevel::Micro> SingleLevel::looks(StepInputs const& inputs) const {
  std::size_t const parts = num_micro_batches(inputs);
  if (!by_micro_batch() || parts < 2) return {{0, parts}};
  std::vector<Micro> result;
  for (std::size_t m = 0; m < parts; ++m) result.emplace_back(m, m + 1);
  return result;
}

bool SingleLevel::by_micro_batch() const {
  return aligned_ && !end_judges_ && options_.probe.per == task::ProbePer::micro;
}

void SingleLevel::count(StepInputs const& inputs, std::vector<double> const& counts) {
  divisors_.assign(num_micro_batches(inputs), counts);
  bool const own = options_.placement == Placement::rank0;
  look_counts_ = {aligned_ && own ? local_counts(inputs) : counts};
  if (by_micro_batch()) look_counts_ = own ? local_micro_counts(inputs) : global_micro_counts(inputs);
}

std::vector<std::vector<double>> SingleLevel::local_micro_counts(StepInputs const& inputs) {
  std::vector<std::vector<double>> counts(num_micro_batches(inputs));
  for (std::size_t m = 0; m < counts.size(); ++m)
    for (auto const& batches : inputs.batches) counts[m].push_back(static_cast<double>(batches[m].num_targets()));
  return counts;
}

// One more small reduction a step; only those who ask for it pay
std::vector<std::vector<double>> SingleLevel::global_micro_counts(StepInputs const& inputs) const {
  auto counts = local_micro_counts(inputs);
  for (auto& of_tasks : counts) comm_.all_reduce(of_tasks.data(), of_tasks.size(), comm::Type::float64).wait();
  return counts;
}

}  // namespace tartan::train
