#include <tartan/train/prefetch.hpp>

#include <chrono>
#include <utility>

namespace tartan::train {

void Prefetch::start(std::int64_t step, std::vector<std::int64_t> const& sizes) {
  if (step >= total_steps_) return void(ready_ = {});
  drawing_ = std::async(std::launch::async, [this, step, sizes] { return draws_.at(step, sizes); });
}

StepInputs const& Prefetch::peek() {
  if (!drawing_.valid()) return ready_;
  auto const begin = std::chrono::steady_clock::now();
  ready_ = drawing_.get();
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return ready_;
}

StepInputs Prefetch::take() {
  peek();
  return std::exchange(ready_, {});
}

double Prefetch::take_seconds() { return std::exchange(seconds_, 0); }

}  // namespace tartan::train
