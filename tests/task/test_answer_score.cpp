#include "task/answer_score.hpp"

#include <tartan/task/metrics.hpp>

#include <gtest/gtest.h>

namespace tartan::task {
namespace {

using Words = std::vector<std::u32string>;

TEST(AnswerScore, WordsAreThoseOfSquadsEvaluation) {
  EXPECT_EQ(answer_words("The \u201ca\u201d cat\u2019s hat"), (Words{U"\u201c", U"\u201d", U"cat\u2019s", U"hat"}));
  EXPECT_EQ(answer_words("a-b the, U.S."), (Words{U"ab", U"us"}));
  EXPECT_EQ(answer_words("th\u00e9a \u00e0 la\u00a0\u2028x_y"), (Words{U"th\u00e9a", U"\u00e0", U"la", U"xy"}));
  EXPECT_EQ(answer_words("e\u0301 a\u0300"), (Words{U"e\u0301", U"\u0300"}));  // a mark is no letter
  EXPECT_EQ(answer_words(" \t an\nAN the"), Words{});
}

TEST(AnswerScore, CountsCommonWords) {
  auto const f1 = [](char const* a, char const* b) { return score_answer(a, {b}).f1; };
  EXPECT_DOUBLE_EQ(f1("The \u201ca\u201d cat\u2019s hat", "cat's hat"), 1 / 3.0);
  EXPECT_DOUBLE_EQ(f1("th\u00e9a \u00e0 la", "la \u00e0"), 0.8);
  EXPECT_DOUBLE_EQ(f1("red red blue", "red blue blue"), 2 / 3.0);
  EXPECT_EQ(f1("dog", "cat"), 0);
  EXPECT_EQ(score_answer("\u039f\u0394\u039f\u03a3", {"\u03bf\u03b4\u03bf\u03c2"}).exact, 1);
}

TEST(AnswerScore, TheBestOfSeveral) {
  auto const score = score_answer("the red dog", {"blue", "red cat", "Red dog.", "dog"});
  EXPECT_EQ(score.exact, 1);
  EXPECT_EQ(score.f1, 1);
  EXPECT_DOUBLE_EQ(score_answer("red dog", {"red", "dog of dogs"}).f1, 2 / 3.0);
}

TEST(AnswerScore, NoAnswerIsRightWhereThereIsNone) {
  EXPECT_EQ(score_answer("", {}).f1, 1);
  EXPECT_EQ(score_answer("the", {}).exact, 1);  // without a word, as the program has it
  EXPECT_EQ(score_answer("dog", {}).f1, 0);
  EXPECT_EQ(score_answer("", {"dog"}).exact, 0);
  EXPECT_EQ(score_answer("", {"the", "!"}).exact, 1);
}

TEST(AnswerMetrics, AreMeansOfThoseTheySpeakOf) {
  auto const metrics = answer_metrics(Outcomes({1, 1, 1, 0, 0.5, 1, 1, 1, 0, 0, 0, 0}, 3));
  EXPECT_DOUBLE_EQ(metrics.at("exact-match"), 0.5);
  EXPECT_DOUBLE_EQ(metrics.at("f1"), 0.625);
  EXPECT_DOUBLE_EQ(metrics.at("f1-has-answer"), 0.75);
  EXPECT_DOUBLE_EQ(metrics.at("no-answer-accuracy"), 0.5);
  EXPECT_EQ(answer_metrics(Outcomes({1, 1, 1}, 3)).at("no-answer-accuracy"), 0);
  EXPECT_EQ(answer_metrics(Outcomes({}, 3)).at("f1"), 0);
}

}  // namespace
}  // namespace tartan::task
