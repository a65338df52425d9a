#include <tartan/task/metrics.hpp>

namespace tartan::task {
namespace {

//! Summed over examples.
std::vector<ClassCounts> sums(Outcomes const& outcomes) {
  std::vector<ClassCounts> counts(outcomes.width() / 3);
  for (std::size_t e = 0; e < outcomes.size(); ++e)
    for (std::size_t c = 0; c < counts.size(); ++c) {
      counts[c].hits += static_cast<std::int64_t>(outcomes[e][3 * c]);
      counts[c].expected += static_cast<std::int64_t>(outcomes[e][3 * c + 1]);
      counts[c].predicted += static_cast<std::int64_t>(outcomes[e][3 * c + 2]);
    }
  return counts;
}

}  // namespace

std::map<std::string, double> word_metrics(Outcomes const& outcomes) {
  std::vector<ClassCounts> const counts = sums(outcomes);
  std::vector<ClassCounts> const classes(counts.begin() + (counts.empty() ? 0 : 1), counts.end());
  ClassCounts words;
  for (ClassCounts const& one : classes) {
    words.hits += one.hits;
    words.expected += one.expected;
    words.predicted += one.predicted;
  }
  return {{"accuracy", f1(words)},  // of words, as many are expected as predicted
          {"f1", counts.empty() ? 0 : f1(counts.front())},
          {"macro-f1", macro_f1(classes)}};
}

}  // namespace tartan::task
