#include "numbers.hpp"
#include "shares.hpp"
#include "split_text.hpp"
#include "table.hpp"
#include "text.hpp"

#include <algorithm>

namespace tartan::cli {
namespace {

constexpr std::size_t most_bins = 12;

std::string share_text(Facts const& share, int digits) {
  return share.is_null() ? "?" : fixed(share.get<double>() * 100, digits) + " %";
}

std::uint64_t longest_of(Splits const& splits) {
  std::uint64_t longest = 1;
  for (auto const& [name, split] : splits) longest = std::max<std::uint64_t>(longest, split["lengths"]["longest"]);
  return longest;
}

//! The smallest power of two with which `most_bins` bins reach to `longest`.
std::uint64_t bin_width(std::uint64_t longest) {
  std::uint64_t width_of_bin = 1;
  while ((longest - 1) / width_of_bin + 1 > most_bins) width_of_bin *= 2;
  return width_of_bin;
}

std::string bin_name(std::uint64_t bin, std::uint64_t width_of_bin) {
  std::uint64_t const first = bin * width_of_bin + 1, last = first + width_of_bin - 1;
  return first == last ? thousands(first) : thousands(first) + "-" + thousands(last);
}

std::vector<std::uint64_t> binned(Facts const& lengths, std::uint64_t width_of_bin, std::size_t bins) {
  std::vector<std::uint64_t> counts(bins, 0);
  for (auto const& entry : lengths["counts"])
    counts[(entry[0].get<std::uint64_t>() - 1) / width_of_bin] += entry[1].get<std::uint64_t>();
  return counts;
}

}  // namespace

std::string lengths_text(Splits const& splits) {
  Table table("lrrrrrr");
  table.add({"", "mean length", "median", "longest", "at the limit", "truncated", "unknown tokens"});
  for (auto const& [name, split] : splits) {
    Facts const& lengths = split["lengths"];
    double const sequences = std::max(1.0, split["sequences"].get<double>());
    table.add({visible(name, 12), fixed(lengths["mean"], 1), thousands(lengths["median"]),
               thousands(lengths["longest"]), percent(lengths["at_max_length"].get<double>() / sequences),
               share_text(split["truncated_share"], 1), share_text(split["unknown_share"], 3)});
  }
  return table.text();
}

std::string histogram_text(Splits const& splits) {
  std::uint64_t const longest = longest_of(splits), width_of_bin = bin_width(longest);
  std::size_t const bins = (longest - 1) / width_of_bin + 1;
  std::vector<std::string> names;
  for (std::size_t bin = 0; bin < bins; ++bin) names.push_back(bin_name(bin, width_of_bin));
  std::vector<std::vector<std::uint64_t>> counts;
  for (auto const& [name, split] : splits) counts.push_back(binned(split["lengths"], width_of_bin, bins));
  return shares_text("tokens", names, names_of(splits), counts);
}

}  // namespace tartan::cli
