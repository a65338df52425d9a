#include "numbers.hpp"
#include "shares.hpp"
#include "split_text.hpp"
#include "text.hpp"

#include <algorithm>
#include <numeric>

namespace tartan::cli {
namespace {

constexpr std::size_t most_labels = 30;

//! Examples of each label, as many as `labels`: splits of other data may have fewer.
std::vector<std::uint64_t> counts_of(Facts const& split, std::size_t labels) {
  std::vector<std::uint64_t> counts;
  for (auto const& label : split["labels"]) counts.push_back(label["examples"]);
  counts.resize(labels);
  return counts;
}

//! Numbers of the labels: in the data's order where all are shown, else the most frequent first.
std::vector<std::size_t> order_of(std::vector<std::uint64_t> const& counts) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (order.size() > most_labels)
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
  return order;
}

//! The counts in that order, those beyond the most that are shown summed up, the unlabelled last where any split has
//! one.
std::vector<std::uint64_t> shown_counts(Facts const& split, std::vector<std::size_t> const& order, bool unlabelled) {
  auto const counts = counts_of(split, order.size());
  std::vector<std::uint64_t> shown;
  std::uint64_t others = 0;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (i < most_labels)
      shown.push_back(counts[order[i]]);
    else
      others += counts[order[i]];
  if (order.size() > most_labels) shown.push_back(others);
  if (unlabelled) shown.push_back(split["unlabelled"]);
  return shown;
}

}  // namespace

std::vector<std::string> names_of(Splits const& splits) {
  std::vector<std::string> names;
  for (auto const& [name, split] : splits) names.push_back(visible(name, 12));
  return names;
}

std::string labels_text(Splits const& splits) {
  auto const has_labels = [](auto const& split) { return split.second.contains("labels"); };
  if (!std::all_of(splits.begin(), splits.end(), has_labels)) return "";
  bool const unlabelled =
      std::any_of(splits.begin(), splits.end(), [](auto const& split) { return split.second["unlabelled"] != 0; });
  Facts const& first = splits.front().second;
  auto const order = order_of(counts_of(first, first["labels"].size()));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(order.size(), most_labels); ++i)
    names.push_back(first["labels"][order[i]]["name"]);
  if (order.size() > most_labels) names.push_back(thousands(order.size() - most_labels) + " others (see --json)");
  if (unlabelled) names.push_back("unlabelled");
  std::vector<std::vector<std::uint64_t>> counts;
  for (auto const& [name, split] : splits) counts.push_back(shown_counts(split, order, unlabelled));
  return shares_text("label", names, names_of(splits), counts);
}

}  // namespace tartan::cli
