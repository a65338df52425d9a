#include "rules.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>

namespace tartan::weighting {

double gate(Gcs const& rule, std::size_t task, double cosine, bool end, bool present) {
  if (task == 0) return rule.factors[0];
  if (!end || !present) return 0;
  double const passes = rule.kind == Gate::cosine ? std::max(0.0, cosine) : cosine >= 0 ? 1.0 : 0.0;
  return rule.factors[task] * passes;
}

// The same cosines as the step's gates saw, so that the weights that are kept are those that were used
void update(Gcs& rule, Alignments const& alignments, std::vector<double> const&) {
  check_shape(alignments, rule.factors.size());
  auto const cosine = cosines(alignments);
  check_finite(cosine, alignments.present, "alignment");
  for (std::size_t i = 0; i < cosine.size(); ++i)
    rule.last[i] = gate(rule, i, cosine[i], alignments.present[0], alignments.present[i]);
}

std::vector<double> weights(Gcs const& rule) { return rule.last; }

Gcs make_gcs(std::vector<double> factors, Gate kind) {
  expects(!factors.empty(), "a learned weighting needs the end task");
  Fixed const checked = make_fixed(std::move(factors));
  return {.kind = kind, .factors = checked.weights, .last = checked.weights};
}

}  // namespace tartan::weighting
