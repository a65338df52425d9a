#include <tartan/data/labels.hpp>
#include <tartan/data/statistics.hpp>

#include <algorithm>
#include <numeric>

namespace tartan::data {

void Lengths::add(std::int64_t length) {
  ++counts_[length];
  ++sequences_;
  tokens_ += static_cast<std::uint64_t>(length);
}

double Lengths::mean() const {
  return sequences_ == 0 ? 0 : static_cast<double>(tokens_) / static_cast<double>(sequences_);
}

std::int64_t Lengths::median() const {
  std::uint64_t seen = 0;
  for (auto const& [length, count] : counts_)
    if (seen += count; 2 * seen >= sequences_) return length;
  return 0;
}

std::int64_t Lengths::longest() const { return counts_.empty() ? 0 : counts_.rbegin()->first; }

std::uint64_t Lengths::of(std::int64_t length) const { return between(length, length); }

std::uint64_t Lengths::between(std::int64_t first, std::int64_t last) const {
  return std::accumulate(counts_.lower_bound(first), counts_.upper_bound(last), std::uint64_t{0},
                         [](std::uint64_t sum, auto const& entry) { return sum + entry.second; });
}

namespace {

//! The class, the columns that hold, or the class of each word.
void count_labels(LabelLayout const& layout, std::span<float const> labels, std::vector<std::uint64_t>& counts) {
  if (layout.use == LabelUse::index) return void(++counts[static_cast<std::size_t>(labels[0])]);
  if (layout.use == LabelUse::words) {
    for (float const label : labels)
      if (label >= 0) ++counts[static_cast<std::size_t>(label)];
    return;
  }
  for (std::size_t column = 0; column < labels.size(); ++column) counts[column] += labels[column] == 1;
}

}  // namespace

Statistics measure(Dataset const& dataset) {
  Statistics result;
  LabelLayout const layout = label_layout(dataset.info());
  result.labels.resize(dataset.info().label_names.size());
  for (std::uint64_t example = 0; example < dataset.size(); ++example) {
    for (std::int64_t const length : dataset.sequence_lengths(example)) result.lengths.add(length);
    if (layout.use == LabelUse::none) continue;
    auto const labels = dataset.labels(example);
    if (is_unlabelled(dataset.info(), labels))
      ++result.unlabelled;
    else if (layout.use == LabelUse::places)
      result.unanswered += dataset.pack({&example, 1}).passages[0].answers.empty();
    else if (layout.named)
      count_labels(layout, labels, result.labels);
  }
  return result;
}

std::uint64_t count_token(Dataset const& dataset, std::int64_t token) {
  std::uint64_t count = 0;
  for (std::uint64_t example = 0; example < dataset.size(); ++example) {
    auto const tokens = dataset.pack({&example, 1}).encoder.tokens;
    count += static_cast<std::uint64_t>(std::count(tokens.begin(), tokens.end(), token));
  }
  return count;
}

}  // namespace tartan::data
