#include <tartan/core/error.hpp>
#include <tartan/train/sampling.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tartan::train {

std::vector<std::int64_t> sample_sizes(std::vector<double> const& weights, std::int64_t budget, std::int64_t least) {
  double const sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::int64_t> sizes;
  for (double const weight : weights) {
    auto const share = std::llround(static_cast<double>(budget) * weight / sum);
    sizes.push_back(std::clamp<std::int64_t>(share, std::min(least, budget), budget));
  }
  return sizes;
}

std::map<std::string, std::int64_t> by_name(std::vector<std::string> const& names,
                                            std::vector<std::int64_t> const& sizes) {
  std::map<std::string, std::int64_t> result;
  for (std::size_t i = 0; i < sizes.size(); ++i) result[names[i]] = sizes[i];
  return result;
}

std::vector<std::int64_t> sizes_from(std::map<std::string, std::int64_t> const& kept,
                                     std::vector<std::string> const& names) {
  std::vector<std::int64_t> result;
  for (auto const& name : names) {
    auto const found = kept.find(name);
    if (found == kept.end() || found->second < 1)
      fail_data("the checkpoint does not say how many examples of task " + name +
                " come next; resume with the tasks and the weighting.apply that it was written with");
    result.push_back(found->second);
  }
  return result;
}

}  // namespace tartan::train
