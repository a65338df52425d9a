#include "task/span_search.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <random>

namespace tartan::task {
namespace {

using Scores = std::vector<double>;
using Offsets = std::vector<std::uint32_t>;

//! Token 0, then `words` words of two bytes and a space.
Offsets words(std::uint32_t count) {
  Offsets offsets{0, 0};
  for (std::uint32_t w = 0; w < count; ++w) offsets.insert(offsets.end(), {3 * w, 3 * w + 2});
  return offsets;
}

TEST(SpanSearch, TheBestPairInOrderWithinTheContext) {
  Offsets const offsets = words(3);
  Scores const scores = {0, 0, 1, 9, 5, 1, 2, 3};  // the best last token stands before the best first
  auto const answers = best_answers({{scores, offsets}});
  EXPECT_EQ(answers[0].first, 0U);
  EXPECT_EQ(answers[0].end, 2U);
  EXPECT_EQ(answers[0].score, 10);
  EXPECT_EQ(answers.size(), 7U);
  double sum = 0;
  for (auto const& answer : answers) sum += answer.probability;
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(SpanSearch, AsTryingAllPairs) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  Offsets const offsets = words(60);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<Scores> windows(2, Scores(offsets.size()));
    for (auto& scores : windows)
      for (double& score : scores) score = normal(random);
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> all;
    for (auto const& scores : windows)
      for (std::size_t first = 1; first <= 60; ++first)
        for (std::size_t last = first; last <= std::min<std::size_t>(60, first + 29); ++last) {
          auto& best = all.try_emplace({offsets[2 * first], offsets[2 * last + 1]}, -100).first->second;
          best = std::max(best, scores[2 * first] + scores[2 * last + 1]);
        }
    Scores expected;
    for (auto const& [place, score] : all) expected.push_back(score);
    std::ranges::sort(expected, std::greater());
    auto answers = best_answers({{windows[0], offsets}, {windows[1], offsets}});
    std::erase_if(answers, [](Answer const& answer) { return answer.first == answer.end; });
    ASSERT_EQ(answers.size(), 20U);
    for (std::size_t a = 0; a < 20; ++a) EXPECT_DOUBLE_EQ(answers[a].score, expected[a]);
  }
}

TEST(SpanSearch, NoAnswerHasItsLowestScore) {
  Offsets const offsets = words(1);
  Scores const sure = {4, 4, 0, 0}, unsure = {1, 1, 1.5, 1.5};
  auto const answers = best_answers({{sure, offsets}, {unsure, offsets}});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].end, 2U);
  EXPECT_EQ(answers[1].score, 2);
  EXPECT_EQ(best_answers({{sure, offsets}})[0].end, 0U);
}

TEST(SpanSearch, AnEmptyContextHasNoAnswer) {
  auto const answers = best_answers({{Scores{-3, -3, 9, 9}, Offsets{0, 0, 0, 0}}});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].first, answers[0].end);
  EXPECT_EQ(answers[0].probability, 1);
}

TEST(SpanSearch, WhatIsNotFiniteIsWorthless) {
  for (double const bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    auto const answers = best_answers({{Scores{0, 0, bad, 1}, words(1)}});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_TRUE(std::isnan(answers[0].probability));
  }
}

}  // namespace
}  // namespace tartan::task
