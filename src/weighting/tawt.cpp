#include "rules.hpp"

#include <tartan/core/error.hpp>

namespace tartan::weighting {
namespace {

//! An end task that only judges comes first, with a share of 0 that stays so.
std::vector<double> with_judge(std::vector<double> shares) {
  shares.insert(shares.begin(), 0);
  return shares;
}

}  // namespace

void update(Tawt& rule, Alignments const& alignments, std::vector<double> const&) {
  check_shape(alignments, rule.shares.size());
  auto const similarity = similarities(rule.similarity, alignments);
  check_finite(similarity, alignments.present, "alignment");
  auto shares = mirror_step(rule.shares, rule.rate, similarity);
  rule.shares = rule.shares.front() == 0 ? with_judge(within(rule.bounds, {shares.begin() + 1, shares.end()}))
                                         : within(rule.bounds, std::move(shares));
}

Tawt make_tawt(std::vector<double> const& initial, double rate, Similarity similarity) {
  expects(!initial.empty(), "a learned weighting needs the end task");
  check_rate(rate);
  bool const judges = initial.front() == 0;
  auto shares = softmax(logits_of({initial.begin() + (judges ? 1 : 0), initial.end()}));
  return {.rate = rate, .similarity = similarity, .shares = judges ? with_judge(std::move(shares)) : std::move(shares)};
}

}  // namespace tartan::weighting
