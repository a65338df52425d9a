#pragma once

#include <tartan/train/draws.hpp>

#include <future>

namespace tartan::train {

//! The next step's examples, drawn, packed and masked on a thread of their own while this step is computed.
class Prefetch {
 public:
  //! `draws` must outlive it; steps from `total_steps` on have no examples.
  Prefetch(Draws const& draws, std::int64_t total_steps) : draws_(draws), total_steps_(total_steps) {}

  //! Begins to draw `step`; `sizes` as in Draws::at.
  void start(std::int64_t step, std::vector<std::int64_t> const& sizes = {});
  //! What was begun; waits where it is not there yet. Throws what drawing threw. Can be read until `take`.
  StepInputs const& peek();
  StepInputs take();
  //! Seconds that `peek` and `take` waited since this was last asked.
  double take_seconds();

 private:
  Draws const& draws_;
  std::int64_t total_steps_;
  std::future<StepInputs> drawing_;
  StepInputs ready_;
  double seconds_ = 0;
};

}  // namespace tartan::train
