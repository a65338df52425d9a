#include <tartan/core/error.hpp>
#include <tartan/train/agreement.hpp>

#include <algorithm>

namespace tartan::train {

double r_squared(std::vector<Change> const& changes) {
  expects(!changes.empty(), "agreement needs a change");
  double mean = 0, errors = 0, total = 0;
  for (auto const& c : changes) mean += c.measured / static_cast<double>(changes.size());
  for (auto const& c : changes) {
    errors += (c.measured - c.predicted) * (c.measured - c.predicted);
    total += (c.measured - mean) * (c.measured - mean);
  }
  if (total == 0) return errors == 0 ? 1 : 0;
  return 1 - errors / total;
}

double sign_errors(std::vector<Change> const& changes) {
  expects(!changes.empty(), "agreement needs a change");
  auto const wrong = std::ranges::count_if(changes, [](Change const& c) { return c.predicted * c.measured < 0; });
  return static_cast<double>(wrong) / static_cast<double>(changes.size());
}

}  // namespace tartan::train
