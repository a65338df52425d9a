#include <tartan/data/labels.hpp>
#include <tartan/data/part.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

namespace tartan::data {
namespace {

constexpr double rounding = 1e-9;  // .07 * 100 is 7

//! Unlabelled ones are a stratum of their own, as is text as a whole.
constexpr std::int64_t unlabelled = -1, text = -2, labelled = -3;

//! Each class by itself; of other kinds those with any label.
std::int64_t stratum(Dataset const& dataset, LabelLayout const& layout, std::uint64_t example) {
  if (layout.use == LabelUse::none) return text;
  auto const labels = dataset.labels(example);
  if (is_unlabelled(dataset.info(), labels)) return unlabelled;
  return layout.use == LabelUse::index ? static_cast<std::int64_t>(labels[0]) : labelled;
}

std::map<std::int64_t, std::vector<std::uint64_t>> strata(Dataset const& dataset) {
  LabelLayout const layout = label_layout(dataset.info());
  std::map<std::int64_t, std::vector<std::uint64_t>> result;
  for (std::uint64_t example = 0; example < dataset.size(); ++example)
    result[stratum(dataset, layout, example)].push_back(example);
  return result;
}

std::uint64_t kept(std::uint64_t size, double fraction) {
  double const wanted = std::ceil(fraction * static_cast<double>(size) - rounding);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(wanted, 1.0)), 1, size);
}

//! Grows by at most one with `size`, so that what is not set aside only grows.
std::uint64_t set_aside(std::uint64_t size, double share) {
  if (share <= 0) return 0;
  double const wanted = std::floor(share * static_cast<double>(size) + rounding);
  return std::min(size - 1, std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted)));
}

void sort(Part& part) {
  std::sort(part.examples.begin(), part.examples.end());
  std::sort(part.held_out.begin(), part.held_out.end());
}

}  // namespace

Part choose_part(Dataset const& dataset, double fraction, double held_out, Key key) {
  Part part;
  for (auto const& [label, members] : strata(dataset)) {
    Permutation const order(key.with(static_cast<std::uint64_t>(label)), members.size());
    std::uint64_t const last = kept(members.size(), fraction),
                        first = last - (label == unlabelled ? 0 : set_aside(last, held_out));
    for (std::uint64_t i = 0; i < last; ++i) (i < first ? part.examples : part.held_out).push_back(members[order(i)]);
  }
  sort(part);
  return part;
}

std::vector<std::uint64_t> without(std::vector<std::uint64_t> const& part, std::vector<std::uint64_t> const& others) {
  std::vector<std::uint64_t> result;
  std::set_difference(part.begin(), part.end(), others.begin(), others.end(), std::back_inserter(result));
  return result;
}

}  // namespace tartan::data
