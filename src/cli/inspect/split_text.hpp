// Splits beside each other: each table has a row or a column for each split.
#pragma once

#include "request.hpp"

#include <utility>
#include <vector>

namespace tartan::cli {

//! Facts of each split under its name.
using Splits = std::vector<std::pair<std::string, Facts>>;

std::vector<std::string> names_of(Splits const& splits);  //!< fit for a terminal

//! Mean, median and longest length, shares of sequences at the limit, of truncated texts, of unknown tokens.
std::string lengths_text(Splits const& splits);

//! Sequences by length, in bins that all splits share.
std::string histogram_text(Splits const& splits);

//! Examples with and without an answer; empty for kinds without answers.
std::string answers_text(Splits const& splits);

//! Examples, or words, by label; where there are many labels, the most frequent of the first split. Empty for kinds
//! without labels.
std::string labels_text(Splits const& splits);

}  // namespace tartan::cli
