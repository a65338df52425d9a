#include "rules.hpp"

#include <tartan/core/error.hpp>

namespace tartan::weighting {

void update(LayeredTartan& rule, Alignments const& alignments, std::vector<double> const& losses) {
  expects(alignments.groups.size() == rule.rules.size(), "alignments must name every group once");
  LayeredTartan moved = rule;
  for (std::size_t g = 0; g < rule.rules.size(); ++g) update(moved.rules[g], alignments.groups[g], losses);
  rule = std::move(moved);
}

std::vector<double> weights(LayeredTartan const& rule) {
  std::vector<double> mean(rule.rules.front().logits.size(), 0.0);
  for (auto const& one : rule.rules) {
    auto const of_group = softmax(one.logits);
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += of_group[i] / static_cast<double>(rule.rules.size());
  }
  return mean;
}

std::vector<std::vector<double>> group_weights(Weighting const& weighting) {
  auto const* rule = std::get_if<LayeredTartan>(&weighting);
  if (rule == nullptr) return {};
  std::vector<std::vector<double>> result(rule->rules.front().logits.size());
  for (auto const& one : rule->rules) {
    auto const of_group = softmax(one.logits);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].push_back(of_group[i]);
  }
  return result;
}

LayeredTartan make_layered(MetaTartan const& start, std::vector<std::string> groups) {
  expects(!groups.empty(), "weights for each group need groups");
  std::vector<MetaTartan> rules(groups.size(), start);
  return {.groups = std::move(groups), .rules = std::move(rules)};
}

}  // namespace tartan::weighting
