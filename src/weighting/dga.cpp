#include "rules.hpp"

#include <tartan/core/error.hpp>

namespace tartan::weighting {

void update(Dga& rule, Alignments const& alignments, std::vector<double> const&) {
  check_shape(alignments, rule.shares.size() + 1);
  auto const similarity = similarities(rule.similarity, alignments);
  check_finite(similarity, alignments.present, "alignment");
  if (rule.shares.empty()) return;
  double const total = 1 - rule.end_weight;
  std::vector<double> fresh = mirror_step(rule.shares, rule.rate, {similarity.begin() + 1, similarity.end()});
  for (double& share : fresh) share *= total;
  fresh = within(rule.bounds, std::move(fresh));
  for (std::size_t i = 0; i < fresh.size(); ++i)
    rule.shares[i] = (1 - rule.ema) * rule.shares[i] + rule.ema * fresh[i] / total;
}

std::vector<double> weights(Dga const& rule) {
  std::vector<double> result = {rule.end_weight};
  for (double const share : rule.shares) result.push_back((1 - rule.end_weight) * share);
  return result;
}

Dga make_dga(std::vector<double> const& initial, double rate, Similarity similarity, double ema) {
  expects(!initial.empty(), "a learned weighting needs the end task");
  check_rate(rate);
  if (!(ema > 0 && ema <= 1))
    fail_usage("weighting.ema is " + std::to_string(ema) + "; give a number above 0, at most 1");
  Dga rule{.rate = rate, .similarity = similarity, .ema = ema, .end_weight = initial[0], .shares = {}};
  if (!(rule.end_weight >= 0 && rule.end_weight < 1))
    fail_usage("the end task's weight is " + std::to_string(rule.end_weight) +
               ", which leaves dga's auxiliaries nothing to share; give it a task.NAME.weight of at least 0, below 1");
  std::vector<double> const auxiliaries(initial.begin() + 1, initial.end());
  if (!auxiliaries.empty()) rule.shares = softmax(logits_of(auxiliaries));
  return rule;
}

}  // namespace tartan::weighting
