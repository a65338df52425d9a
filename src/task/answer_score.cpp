#include "answer_score.hpp"

#include <tartan/core/letters.hpp>
#include <tartan/core/utf8.hpp>

#include <algorithm>
#include <iterator>

namespace tartan::task {
namespace {

using Words = std::vector<std::u32string>;

bool is_punctuation(char32_t point) { return point > U' ' && point < 0x7f && !is_alphanumeric(point); }

std::u32string lowered_without_punctuation(std::string_view text) {
  std::u32string result;
  for (char32_t const point : code_points(text))
    if (!is_punctuation(point)) result += lower(point);
  return result;
}

std::u32string without_articles(std::u32string_view text) {
  std::u32string result;
  for (auto at = text.begin(); at != text.end();) {
    auto const end = std::find_if_not(at, text.end(), is_alphanumeric);
    std::u32string_view const run(at, end);
    result += run == U"a" || run == U"an" || run == U"the" ? std::u32string_view(U" ") : run;
    if ((at = end) != text.end()) result += *at++;
  }
  return result;
}

double f1_of(Words predicted, Words right) {
  if (predicted.empty() || right.empty()) return predicted == right ? 1 : 0;
  std::ranges::sort(predicted);
  std::ranges::sort(right);
  Words common;
  std::ranges::set_intersection(predicted, right, std::back_inserter(common));
  if (common.empty()) return 0;
  auto const share_in = [&](Words const& words) {
    return static_cast<double>(common.size()) / static_cast<double>(words.size());
  };
  double const precision = share_in(predicted), recall = share_in(right);
  return 2 * precision * recall / (precision + recall);
}

}  // namespace

Words answer_words(std::string_view text) {
  std::u32string const plain = without_articles(lowered_without_punctuation(text));
  Words words;
  for (auto at = plain.begin(); at != plain.end();) {
    at = std::find_if_not(at, plain.end(), is_space);
    auto const end = std::find_if(at, plain.end(), is_space);
    if (at != end) words.emplace_back(at, end);
    at = end;
  }
  return words;
}

AnswerScore score_answer(std::string_view predicted, std::vector<std::string_view> const& right) {
  Words const words = answer_words(predicted);
  std::vector<Words> expected;
  for (std::string_view const answer : right) expected.push_back(answer_words(answer));
  std::erase_if(expected, [](Words const& answer) { return answer.empty(); });
  if (expected.empty()) expected.emplace_back();
  AnswerScore best;
  for (Words const& answer : expected) {
    best.exact = std::max(best.exact, words == answer ? 1.0 : 0.0);
    best.f1 = std::max(best.f1, f1_of(words, answer));
  }
  return best;
}

}  // namespace tartan::task
