#include "span_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace tartan::task {
namespace {

constexpr std::size_t most_tokens = 30, most_answers = 20;

bool is_better(Answer const& a, Answer const& b) {
  return std::tuple(-a.score, a.first, a.end) < std::tuple(-b.score, b.first, b.end);
}

bool is_of_context(Window const& window, std::size_t token) {
  return window.offsets[2 * token] < window.offsets[2 * token + 1];
}

void keep_best(std::vector<Answer>& answers) {
  auto const end = answers.begin() + static_cast<std::ptrdiff_t>(std::min(answers.size(), most_answers));
  std::partial_sort(answers.begin(), end, answers.end(), is_better);
  answers.erase(end, answers.end());
}

std::vector<Answer> best_of(Window const& window) {
  std::vector<Answer> answers;
  std::size_t const tokens = window.scores.size() / 2;
  for (std::size_t first = 0; first < tokens; ++first) {
    if (!is_of_context(window, first)) continue;
    for (std::size_t last = first; last < std::min(tokens, first + most_tokens); ++last)
      if (is_of_context(window, last) && window.offsets[2 * first] < window.offsets[2 * last + 1])
        answers.push_back({window.offsets[2 * first], window.offsets[2 * last + 1],
                           window.scores[2 * first] + window.scores[2 * last + 1]});
  }
  keep_best(answers);
  return answers;
}

//! Windows overlap: of the same answer the better.
void drop_repeated(std::vector<Answer>& answers) {
  std::ranges::sort(answers, [](Answer const& a, Answer const& b) {
    return std::tuple(a.first, a.end, -a.score) < std::tuple(b.first, b.end, -b.score);
  });
  auto const same = [](Answer const& a, Answer const& b) { return a.first == b.first && a.end == b.end; };
  answers.erase(std::unique(answers.begin(), answers.end(), same), answers.end());
}

Answer no_answer(std::vector<Window> const& windows) {
  double lowest = std::numeric_limits<double>::infinity();
  for (Window const& window : windows) lowest = std::min(lowest, window.scores[0] + window.scores[1]);
  return {0, 0, lowest};
}

void add_probabilities(std::vector<Answer>& answers) {
  double sum = 0;
  for (Answer& answer : answers) sum += answer.probability = std::exp(answer.score - answers.front().score);
  for (Answer& answer : answers) answer.probability /= sum;
}

bool is_finite(Window const& window) {
  return std::ranges::all_of(window.scores, [](double score) { return std::isfinite(score); });
}

}  // namespace

std::vector<Answer> best_answers(std::vector<Window> const& windows) {
  if (!std::ranges::all_of(windows, is_finite)) return {{.probability = std::numeric_limits<double>::quiet_NaN()}};
  std::vector<Answer> answers;
  for (Window const& window : windows) std::ranges::copy(best_of(window), std::back_inserter(answers));
  drop_repeated(answers);
  keep_best(answers);
  Answer const none = no_answer(windows);
  auto const worse = std::ranges::find_if(answers, [&](Answer const& answer) { return answer.score < none.score; });
  answers.insert(worse, none);
  add_probabilities(answers);
  return answers;
}

}  // namespace tartan::task
