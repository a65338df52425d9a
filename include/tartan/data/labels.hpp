#pragma once

#include <tartan/data/shard.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace tartan::data {

enum class LabelUse {
  none,
  index,    //!< which class or choice it is; -1: unlabelled
  columns,  //!< a yes (1) or no (0) for each label name; -1: unlabelled
  value,    //!< a real number; NaN: unlabelled
};

//! How the labels of a kind of data lie in a shard: in a data set that has the kind's name.
struct LabelLayout {
  LabelUse use = LabelUse::none;
  bool named = false;             //!< by label_names
  std::uint64_t per_example = 0;  //!< values
};

bool is_kind(std::string const& kind);
std::string known_kinds();  //!< separated by commas

//! Of a kind that is one.
LabelLayout label_layout(ShardInfo const& info);

//! What is wrong with the labels of an example of so many sequences, to follow "row N "; empty: nothing.
std::string label_problem(ShardInfo const& info, std::span<float const> labels, std::uint64_t sequences);

//! Whether nothing is known of any of them.
bool is_unlabelled(ShardInfo const& info, std::span<float const> labels);

}  // namespace tartan::data
