#include "rules.hpp"

#include <tartan/core/error.hpp>

namespace tartan::weighting {

void update(Tawt& rule, Alignments const& alignments, std::vector<double> const&) {
  check_shape(alignments, rule.shares.size());
  auto const similarity = similarities(rule.similarity, alignments);
  check_finite(similarity, alignments.present, "alignment");
  rule.shares = within(rule.bounds, mirror_step(rule.shares, rule.rate, similarity));
}

Tawt make_tawt(std::vector<double> const& initial, double rate, Similarity similarity) {
  expects(!initial.empty(), "a learned weighting needs the end task");
  check_rate(rate);
  std::vector<double> const learned(initial.begin() + (initial.front() == 0 ? 1 : 0), initial.end());
  Tawt rule{.rate = rate, .similarity = similarity, .shares = softmax(logits_of(learned))};
  if (initial.front() == 0) rule.shares.insert(rule.shares.begin(), 0);  // 0 stays 0: it only judges
  return rule;
}

}  // namespace tartan::weighting
