#include <tartan/optim/schedule.hpp>

#include <algorithm>

namespace tartan::optim {

double schedule_factor(Decay decay, std::int64_t step, std::int64_t warmup, std::int64_t total) {
  if (step < warmup) return static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, warmup));
  if (decay == Decay::constant) return 1;
  return std::max(0.0,
                  static_cast<double>(total - step) / static_cast<double>(std::max<std::int64_t>(1, total - warmup)));
}

}  // namespace tartan::optim
