#include <tartan/data/labels.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tartan::data {
namespace {

using Problem = std::string (*)(ShardInfo const& info, std::span<float const> labels, std::uint64_t sequences);

//! -1 is no label.
bool is_index(float label, std::uint64_t end) {
  return label >= -1 && label < static_cast<float>(end) && std::floor(label) == label;
}

std::string whole(float label) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.0f", static_cast<double>(label));
  return text.data();
}

std::string class_problem(ShardInfo const& info, std::span<float const> labels, std::uint64_t) {
  if (is_index(labels[0], info.label_names.size())) return "";
  return "has the class " + whole(labels[0]) + " (label_names has " + std::to_string(info.label_names.size()) + ")";
}

std::string choice_problem(ShardInfo const&, std::span<float const> labels, std::uint64_t sequences) {
  if (is_index(labels[0], sequences)) return "";
  return "has the choice " + whole(labels[0]) + " among " + std::to_string(sequences);
}

std::string columns_problem(ShardInfo const& info, std::span<float const> labels, std::uint64_t) {
  auto const wrong = std::ranges::find_if(labels, [](float label) { return !is_index(label, 2); });
  if (wrong == labels.end()) return "";
  return "has " + whole(*wrong) + " for " + info.label_names[static_cast<std::size_t>(wrong - labels.begin())] +
         " (expected: 0, 1, or -1 for no label)";
}

std::string value_problem(ShardInfo const&, std::span<float const> labels, std::uint64_t) {
  return std::isinf(labels[0]) ? "has a value that is not finite" : "";
}

std::string no_problem(ShardInfo const&, std::span<float const>, std::uint64_t) { return ""; }

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
    Kind{"choice", LabelUse::index, false, choice_problem},
};

Kind const* find(std::string const& name) {
  auto const* const found = std::ranges::find_if(kinds, [&](Kind const& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : found;
}

}  // namespace

bool is_kind(std::string const& kind) { return find(kind) != nullptr; }

std::string known_kinds() {
  std::string text;
  for (Kind const& kind : kinds) text += (text.empty() ? "" : ", ") + std::string(kind.name);
  return text;
}

LabelLayout label_layout(ShardInfo const& info) {
  Kind const& kind = *find(info.kind);
  if (kind.use == LabelUse::none) return {};
  return {kind.use, kind.named, kind.use == LabelUse::columns ? info.label_names.size() : 1};
}

std::string label_problem(ShardInfo const& info, std::span<float const> labels, std::uint64_t sequences) {
  return labels.empty() ? "" : find(info.kind)->problem(info, labels, sequences);
}

bool is_unlabelled(ShardInfo const& info, std::span<float const> labels) {
  bool const is_value = label_layout(info).use == LabelUse::value;
  return std::ranges::all_of(labels, [&](float label) { return is_value ? std::isnan(label) : label < 0; });
}

}  // namespace tartan::data
