#include <tartan/core/joined.hpp>
#include <tartan/data/labels.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tartan::data {
namespace {

using Starts = std::span<std::uint64_t const>;
using Problem = std::string (*)(ShardInfo const& info, std::span<float const> labels, Starts starts);

//! -1 is no label.
bool is_index(float label, std::uint64_t end) {
  return label >= -1 && label < static_cast<float>(end) && std::floor(label) == label;
}

std::string whole(float label) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.0f", static_cast<double>(label));
  return text.data();
}

std::string no_class(ShardInfo const& info, float label) {
  return "has the class " + whole(label) + " (label_names has " + std::to_string(info.label_names.size()) + ")";
}

std::string class_problem(ShardInfo const& info, std::span<float const> labels, Starts) {
  return is_index(labels[0], info.label_names.size()) ? "" : no_class(info, labels[0]);
}

std::string choice_problem(ShardInfo const&, std::span<float const> labels, Starts starts) {
  if (is_index(labels[0], starts.size() - 1)) return "";
  return "has the choice " + whole(labels[0]) + " among " + std::to_string(starts.size() - 1);
}

std::string words_problem(ShardInfo const& info, std::span<float const> labels, Starts) {
  auto const wrong = std::ranges::find_if(
      labels, [&](float label) { return label != no_word && !is_index(label, info.label_names.size()); });
  return wrong == labels.end() ? "" : no_class(info, *wrong);
}

std::string places_problem(ShardInfo const&, std::span<float const> labels, Starts starts) {
  bool const known = labels[0] != -1;
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    float const first = labels[2 * s], last = labels[2 * s + 1];
    std::uint64_t const length = starts[s + 1] - starts[s];
    bool const unlabelled = first == -1 && last == -1;
    if (!unlabelled && !(is_index(first, length) && is_index(last, length) && 0 <= first && first <= last))
      return "has an answer from token " + whole(first) + " to " + whole(last) + " of a sequence of " +
             std::to_string(length);
    if (unlabelled == known) return "has an answer in some of its sequences and no label in others";
  }
  return "";
}

std::string columns_problem(ShardInfo const& info, std::span<float const> labels, Starts) {
  auto const wrong = std::ranges::find_if(labels, [](float label) { return !is_index(label, 2); });
  if (wrong == labels.end()) return "";
  return "has " + whole(*wrong) + " for " + info.label_names[static_cast<std::size_t>(wrong - labels.begin())] +
         " (expected: 0, 1, or -1 for no label)";
}

std::string value_problem(ShardInfo const&, std::span<float const> labels, Starts) {
  return std::isinf(labels[0]) ? "has a value that is not finite" : "";
}

std::string no_problem(ShardInfo const&, std::span<float const>, Starts) { return ""; }

struct Kind {
  char const* name;
  LabelUse use;
  bool named;
  Problem problem;
};

//! All there are; what jobs/preparing/kinds writes.
constexpr std::array kinds = {
    Kind{"text", LabelUse::none, false, no_problem},
    Kind{"class", LabelUse::index, true, class_problem},
    Kind{"multilabel", LabelUse::columns, true, columns_problem},
    Kind{"regression", LabelUse::value, false, value_problem},
    Kind{"choice", LabelUse::choice, false, choice_problem},
    Kind{"span", LabelUse::places, false, places_problem},
    Kind{"token_class", LabelUse::words, true, words_problem},
};

Kind const* find(std::string const& name) {
  auto const* const found = std::ranges::find_if(kinds, [&](Kind const& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : found;
}

}  // namespace

bool is_kind(std::string const& kind) { return find(kind) != nullptr; }

std::string known_kinds() { return joined(kinds, &Kind::name); }

LabelUse label_use(std::string const& kind) { return find(kind)->use; }

bool has_label_names(std::string const& kind) { return find(kind)->named; }

LabelLayout label_layout(ShardInfo const& info) {
  Kind const& kind = *find(info.kind);
  switch (kind.use) {
    case LabelUse::none:
      return {};
    case LabelUse::columns:
      return {kind.use, kind.named, info.label_names.size(), LabelPer::example};
    case LabelUse::places:
      return {kind.use, kind.named, 2, LabelPer::sequence};
    case LabelUse::words:
      return {kind.use, kind.named, 1, LabelPer::token};
    default:
      return {kind.use, kind.named, 1, LabelPer::example};
  }
}

std::string label_problem(ShardInfo const& info, std::span<float const> labels, Starts starts) {
  return labels.empty() ? "" : find(info.kind)->problem(info, labels, starts);
}

bool is_unlabelled(ShardInfo const& info, std::span<float const> labels) {
  bool const is_value = label_layout(info).use == LabelUse::value;
  return std::ranges::all_of(labels, [&](float label) { return is_value ? std::isnan(label) : label < 0; });
}

}  // namespace tartan::data
