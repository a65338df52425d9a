#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tartan::task {

// As the evaluation programs of SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018).

//! Lower case, without ASCII punctuation and without the words a, an and the.
std::vector<std::u32string> answer_words(std::string_view text);

struct AnswerScore {
  double exact = 0;  //!< 1: the same words
  double f1 = 0;     //!< of the words, however often each occurs
};

//! The best over the right answers, each for itself; those without a word do not count, and where none is left, only an
//! answer without a word is right.
AnswerScore score_answer(std::string_view predicted, std::vector<std::string_view> const& right);

}  // namespace tartan::task
