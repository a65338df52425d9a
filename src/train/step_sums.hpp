#pragma once

#include <tartan/train/step.hpp>

#include <utility>

namespace tartan::train {

//! How many micro-batches each task has.
std::size_t num_micro_batches(StepInputs const& inputs);

//! Everything that travels in the step's one small reduction.
struct SingleLevel::Sums {
  std::vector<double> losses;  // (tasks) already divided by the global count
  std::vector<double> dots, squares;
  double probe_square = 0;
  double tokens = 0;
  //! With placement mean, of this rank's own mean gradients: cosine times |probe|, norm, and 1 where it has examples.
  std::vector<double> own_cosines, own_norms, own_ranks;
  //! <C, probe> / |C| of this rank's part of the weighted sum C, and on rank 0 of all of it; 1 where it looks.
  double local_along = 0, local_ranks = 0, along = 0;

  //! The same over one group of body parameters.
  struct Group {
    std::vector<double> dots, squares;  // (tasks)
    double probe_square = 0;
    std::vector<double> own_cosines, own_norms;
  };
  std::vector<Group> groups;
  //! A task's dot and square over all groups.
  std::pair<double, double> over_groups(std::size_t task) const {
    std::pair<double, double> sum = {0, 0};
    for (auto const& group : groups) sum.first += group.dots[task], sum.second += group.squares[task];
    return sum;
  }

  explicit Sums(std::size_t tasks) : losses(tasks), dots(tasks), squares(tasks) {}
};

}  // namespace tartan::train
