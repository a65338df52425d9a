#include <tartan/task/metrics.hpp>

#include <algorithm>
#include <cmath>

namespace tartan::task {
namespace {

//! One column's entries that are known.
struct Column {
  std::vector<double> expected, scores;
};

Column known(Outcomes const& outcomes, std::size_t which) {
  Column column;
  for (std::size_t e = 0; e < outcomes.size(); ++e) {
    if (std::isnan(outcomes[e][which])) continue;
    column.expected.push_back(outcomes[e][which]);
    column.scores.push_back(outcomes[e][outcomes.width() / 2 + which]);
  }
  return column;
}

struct Counts {
  double hits = 0, expected = 0, predicted = 0, right = 0, entries = 0;
  double f1() const { return expected + predicted > 0 ? 2 * hits / (expected + predicted) : 0; }
  void add(Counts const& other) {
    hits += other.hits;
    expected += other.expected;
    predicted += other.predicted;
    right += other.right;
    entries += other.entries;
  }
};

Counts count(Column const& column, double threshold) {
  Counts counts;
  for (std::size_t i = 0; i < column.expected.size(); ++i) {
    bool const is = column.expected[i] == 1, said = column.scores[i] > threshold;
    counts.add({.hits = is && said ? 1.0 : 0.0,
                .expected = is ? 1.0 : 0.0,
                .predicted = said ? 1.0 : 0.0,
                .right = is == said ? 1.0 : 0.0,
                .entries = 1});
  }
  return counts;
}

struct Mean {
  double sum = 0, count = 0;
  void add(double value) {
    sum += value;
    count += 1;
  }
  double or_else(double nothing) const { return count > 0 ? sum / count : nothing; }
};

}  // namespace

std::map<std::string, double> multilabel_metrics(Outcomes const& outcomes, double threshold) {
  Counts all;
  Mean area, f1;
  for (std::size_t c = 0; c < outcomes.width() / 2; ++c) {
    Column const column = known(outcomes, c);
    Counts const counts = count(column, threshold);
    all.add(counts);
    if (counts.expected + counts.predicted > 0) f1.add(counts.f1());
    if (double const auc = roc_auc(column.expected, column.scores); !std::isnan(auc)) area.add(auc);
  }
  return {{"roc-auc", area.or_else(0.5)},
          {"accuracy", all.right / std::max(1.0, all.entries)},
          {"macro-f1", f1.or_else(0)},
          {"micro-f1", all.f1()}};
}

}  // namespace tartan::task
