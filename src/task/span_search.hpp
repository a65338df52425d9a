#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tartan::task {

//! A question beside a stretch of its context.
struct Window {
  std::span<double const> scores;          //!< (n, 2) of each token as an answer's first and last; token 0: no answer
  std::span<std::uint32_t const> offsets;  //!< (n, 2) bytes of the context it stands for; none: equal
};

//! Bytes [first, end) of the context; none: no answer.
struct Answer {
  std::uint32_t first = 0, end = 0;
  double score = 0;
  double probability = 0;  //!< among those that are listed
};

//! The best answers over an example's windows, the best first: at most 20, of at most 30 tokens, and in its place the
//! one that there is none, whose score is its lowest in any window (BERT's program for SQuAD 2). A score that is not
//! finite makes all worthless: one answer, of probability NaN.
std::vector<Answer> best_answers(std::vector<Window> const& windows);

}  // namespace tartan::task
