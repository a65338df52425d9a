#include "numbers.hpp"
#include "shares.hpp"
#include "split_text.hpp"
#include "text.hpp"

#include <algorithm>
#include <numeric>

namespace tartan::cli {
namespace {

constexpr std::size_t most_labels = 30;

//! Where its labels stand, and what they count.
struct Labels {
  char const* key;
  char const* counted;
};
constexpr Labels of_examples{"labels", "examples"}, of_words{"word_labels", "words"};

Labels labels_in(Facts const& split) { return split.contains(of_words.key) ? of_words : of_examples; }

//! Examples or words of each label, as many as `labels`: splits of other data may have fewer.
std::vector<std::uint64_t> counts_of(Facts const& split, std::size_t labels) {
  std::vector<std::uint64_t> counts;
  auto const [key, counted] = labels_in(split);
  for (auto const& label : split[key]) counts.push_back(label[counted]);
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

std::string answers_text(Splits const& splits) {
  std::vector<std::vector<std::uint64_t>> counts;
  for (auto const& [name, split] : splits)
    if (split.contains("answers"))
      counts.push_back({split["answers"]["there"], split["answers"]["none"], split["unlabelled"]});
  if (counts.size() < splits.size()) return "";
  return shares_text("answer", {"in the context", "none", "unlabelled"}, names_of(splits), counts);
}

std::string labels_text(Splits const& splits) {
  auto const has_labels = [](auto const& split) { return split.second.contains(labels_in(split.second).key); };
  if (!std::all_of(splits.begin(), splits.end(), has_labels)) return "";
  bool const unlabelled = std::any_of(splits.begin(), splits.end(), [](auto const& split) {
    return split.second["unlabelled"] != 0 && !split.second.contains(of_words.key);  // words are counted, not examples
  });
  Facts const& first = splits.front().second;
  Facts const& labels = first[labels_in(first).key];
  auto const order = order_of(counts_of(first, labels.size()));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(order.size(), most_labels); ++i) names.push_back(labels[order[i]]["name"]);
  if (order.size() > most_labels) names.push_back(thousands(order.size() - most_labels) + " others (see --json)");
  if (unlabelled) names.push_back("unlabelled");
  std::vector<std::vector<std::uint64_t>> counts;
  for (auto const& [name, split] : splits) counts.push_back(shown_counts(split, order, unlabelled));
  return shares_text(labels_in(first).key == of_words.key ? "label of words" : "label", names, names_of(splits),
                     counts);
}

}  // namespace tartan::cli
