#include <tartan/core/error.hpp>
#include <tartan/task/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tartan::task {
namespace {

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::vector<ClassCounts> class_counts(ConfusionMatrix const& matrix) {
  auto const classes = static_cast<std::size_t>(matrix.classes());
  std::vector<ClassCounts> result(classes);
  for (std::size_t expected = 0; expected < classes; ++expected) {
    for (std::size_t predicted = 0; predicted < classes; ++predicted) {
      std::int64_t const count = matrix.counts()[expected * classes + predicted];
      result[expected].expected += count;
      result[predicted].predicted += count;
      if (expected == predicted) result[expected].hits += count;
    }
  }
  return result;
}

std::int64_t hits(ConfusionMatrix const& matrix) {
  std::int64_t sum = 0;
  for (ClassCounts const& counts : class_counts(matrix)) sum += counts.hits;
  return sum;
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t classes) : classes_(classes) {
  expects(classes > 0, "a confusion matrix needs at least one class");
  counts_.resize(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes));
}

void ConfusionMatrix::add(std::int64_t expected, std::int64_t predicted) {
  expects(expected >= 0 && expected < classes_, "an expected label is outside the confusion matrix");
  expects(predicted >= 0 && predicted < classes_, "a predicted label is outside the confusion matrix");
  ++counts_[static_cast<std::size_t>(expected * classes_ + predicted)];
}

std::int64_t ConfusionMatrix::total() const { return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0}); }

std::span<std::int64_t const> ConfusionMatrix::row(std::int64_t expected) const {
  expects(expected >= 0 && expected < classes_, "an expected label is outside the confusion matrix");
  return std::span(counts_).subspan(static_cast<std::size_t>(expected * classes_), static_cast<std::size_t>(classes_));
}

double accuracy(ConfusionMatrix const& matrix) { return ratio(hits(matrix), matrix.total()); }

double f1(ClassCounts const& counts) { return ratio(2 * counts.hits, counts.expected + counts.predicted); }

double macro_f1(std::vector<ClassCounts> const& classes) {
  double sum = 0;
  std::int64_t occurring = 0;
  for (ClassCounts const& counts : classes) {
    sum += f1(counts);
    occurring += counts.expected + counts.predicted > 0 ? 1 : 0;
  }
  return occurring == 0 ? 0 : sum / static_cast<double>(occurring);
}

double macro_f1(ConfusionMatrix const& matrix) { return macro_f1(class_counts(matrix)); }

double micro_f1(ConfusionMatrix const& matrix) {
  std::int64_t const tp = hits(matrix);
  std::int64_t const wrong = matrix.total() - tp;  // each wrong prediction is one fp and one fn
  return ratio(2 * tp, 2 * tp + wrong + wrong);
}

double matthews(ConfusionMatrix const& matrix) {
  auto const all = static_cast<double>(matrix.total());
  double both = 0, expected = 0, predicted = 0;  // sums over classes: expected times predicted, squares
  for (ClassCounts const& c : class_counts(matrix)) {
    auto const e = static_cast<double>(c.expected), p = static_cast<double>(c.predicted);
    both += e * p;
    expected += e * e;
    predicted += p * p;
  }
  double const spread = std::sqrt((all * all - expected) * (all * all - predicted));
  return spread > 0 ? (static_cast<double>(hits(matrix)) * all - both) / spread : 0;
}

std::map<std::string, double> classification_metrics(ConfusionMatrix const& matrix) {
  return {{"accuracy", accuracy(matrix)},
          {"macro-f1", macro_f1(matrix)},
          {"micro-f1", micro_f1(matrix)},
          {"matthews", matthews(matrix)}};
}

std::size_t highest(std::vector<double> const& numbers) {
  return static_cast<std::size_t>(std::ranges::max_element(numbers) - numbers.begin());
}

double share_of_hits(Outcomes const& outcomes) {
  std::int64_t hits = 0;
  for (std::size_t e = 0; e < outcomes.size(); ++e) hits += outcomes[e][0] == outcomes[e][1] ? 1 : 0;
  return ratio(hits, static_cast<std::int64_t>(outcomes.size()));
}

}  // namespace tartan::task
