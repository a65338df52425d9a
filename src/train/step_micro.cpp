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
  std::size_t const parts = num_micro_batches(inputs);
  bool const own = options_.placement == Placement::rank0;
  bool const means = options_.loss_mean == LossMean::micro_batches && parts > 1;
  std::vector<std::vector<double>> global;
  if (means || (by_micro_batch() && !own)) global = global_micro_counts(inputs);
  look_counts_ = {aligned_ && own ? local_counts(inputs) : counts};
  if (by_micro_batch()) look_counts_ = own ? local_micro_counts(inputs) : global;
  divisors_ = means ? global : std::vector(parts, counts);
  for (auto& of_tasks : divisors_)
    for (double& targets : of_tasks) targets *= means ? static_cast<double>(parts) : 1;
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
  std::vector<double> all;
  for (auto const& of_tasks : counts) all.insert(all.end(), of_tasks.begin(), of_tasks.end());
  comm_.all_reduce(all.data(), all.size(), comm::Type::float64).wait();
  auto next = all.begin();
  for (auto& of_tasks : counts)
    for (double& targets : of_tasks) targets = *next++;
  return counts;
}

}  // namespace tartan::train
