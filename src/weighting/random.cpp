#include "rules.hpp"

#include <tartan/core/error.hpp>

namespace tartan::weighting {

void begin_step(Random& rule, std::int64_t step) {
  Stream stream(rule.key.with(static_cast<std::uint64_t>(step)));
  for (double& weight : rule.weights) weight = stream.normal();
  rule.weights = softmax(rule.weights);
}

Random make_random(std::size_t tasks, Key key) {
  expects(tasks > 0, "a weighting needs at least one task");
  Random rule{.key = key.with("random weights"), .weights = std::vector<double>(tasks)};
  begin_step(rule, 0);
  return rule;
}

}  // namespace tartan::weighting
