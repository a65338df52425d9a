#pragma once

#include <tartan/data/shard.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace tartan::data {

enum class LabelUse {
  none,
  index,    //!< which of the label names it is; -1: unlabelled
  choice,   //!< which of the example's own sequences; -1: unlabelled
  columns,  //!< a yes (1) or no (0) for each label name; -1: unlabelled
  value,    //!< a real number; NaN: unlabelled
  places,   //!< first and last token of an answer in each sequence; 0 and 0: it holds none; -1: unlabelled
  words,    //!< a class for the first token of each word; -1: unlabelled, no_word: no word begins there
};

constexpr std::int64_t no_word = -2;

//! What has labels of its own.
enum class LabelPer { example, sequence, token };

//! How the labels of a kind of data lie in a shard: in a data set that has the kind's name.
struct LabelLayout {
  LabelUse use = LabelUse::none;
  bool named = false;       //!< by label_names
  std::uint64_t width = 0;  //!< values for each of these:
  LabelPer per = LabelPer::example;
};

bool is_kind(std::string const& kind);
std::string known_kinds();  //!< separated by commas

// Of a kind that is one.
LabelUse label_use(std::string const& kind);
bool has_label_names(std::string const& kind);
LabelLayout label_layout(ShardInfo const& info);

//! What is wrong with the labels of an example whose sequences begin at `starts` and end at its last entry, to follow
//! "row N "; empty: nothing.
std::string label_problem(ShardInfo const& info, std::span<float const> labels, std::span<std::uint64_t const> starts);

//! Whether nothing is known of any of them.
bool is_unlabelled(ShardInfo const& info, std::span<float const> labels);

}  // namespace tartan::data
