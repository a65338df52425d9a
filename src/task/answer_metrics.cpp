#include <tartan/task/metrics.hpp>

namespace tartan::task {
namespace {

constexpr std::size_t of_exact = 0, of_f1 = 1, of_presence = 2;

//! Over the examples for which `counts` holds.
template <class Counts>
double mean(Outcomes const& outcomes, std::size_t which, Counts const& counts) {
  double sum = 0, number = 0;
  for (std::size_t e = 0; e < outcomes.size(); ++e)
    if (counts(outcomes[e])) sum += outcomes[e][which], number += 1;
  return number > 0 ? sum / number : 0;
}

}  // namespace

std::map<std::string, double> answer_metrics(Outcomes const& outcomes) {
  auto const all = [](auto const&) { return true; };
  auto const answered = [](auto const& outcome) { return outcome[of_presence] == 1; };
  auto const unanswered = [](auto const& outcome) { return outcome[of_presence] == 0; };
  return {{"exact-match", mean(outcomes, of_exact, all)},
          {"f1", mean(outcomes, of_f1, all)},
          {"f1-has-answer", mean(outcomes, of_f1, answered)},
          {"no-answer-accuracy", mean(outcomes, of_exact, unanswered)}};
}

}  // namespace tartan::task
