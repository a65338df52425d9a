#include <tartan/core/error.hpp>
#include <tartan/weighting/tapweight.hpp>

#include <numeric>

namespace tartan::weighting {

std::vector<double> tapweight_slopes(std::vector<double> const& with_validation, double gamma) {
  return tapweight_slopes(with_validation, std::vector<double>(with_validation.size()), gamma);
}

std::vector<double> tapweight_slopes(std::vector<double> const& with_validation,
                                     std::vector<double> const& with_distance, double gamma) {
  expects(with_validation.size() == with_distance.size(), "products must name every task once");
  std::vector<double> result(with_validation.size());
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = -2 * gamma * with_validation[i] + (2 * gamma - 4 * gamma * gamma) * with_distance[i];
  return result;
}

std::vector<double> through_softmax(std::vector<double> const& weights, std::vector<double> const& slopes) {
  expects(weights.size() == slopes.size(), "slopes must name every task once");
  double const mean = std::inner_product(weights.begin(), weights.end(), slopes.begin(), 0.0);
  std::vector<double> result(weights.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = weights[i] * (slopes[i] - mean);
  return result;
}

}  // namespace tartan::weighting
