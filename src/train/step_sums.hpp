#pragma once

#include <tartan/train/step.hpp>

namespace tartan::train {

//! How many micro-batches each task has.
std::size_t num_micro_batches(StepInputs const& inputs);

//! Everything that travels in the step's one small reduction.
struct SingleLevel::Sums {
  std::vector<double> losses;  // (tasks) already divided by the global count
  std::vector<double> dots, squares;
  double probe_square = 0;
  double tokens = 0;

  explicit Sums(std::size_t tasks) : losses(tasks), dots(tasks), squares(tasks) {}
};

}  // namespace tartan::train
