#include "shares.hpp"

#include "numbers.hpp"
#include "table.hpp"
#include "text.hpp"

#include <algorithm>
#include <numeric>

namespace tartan::cli {
namespace {

constexpr std::size_t most_bar = 32, least_bar = 5, most_name = 28;

using Counts = std::vector<std::vector<std::uint64_t>>;  // (columns, names)

struct Column {
  std::vector<std::uint64_t> const& counts;
  double total = static_cast<double>(std::max<std::uint64_t>(1, std::accumulate(counts.begin(), counts.end(), 0UL)));
  double most = static_cast<double>(counts.empty() ? 1 : std::max<std::uint64_t>(1, std::ranges::max(counts)));
};

std::size_t widest(std::vector<std::string> const& texts) {
  std::size_t columns = 0;
  for (auto const& text : texts) columns = std::max(columns, width(text));
  return columns;
}

//! What is left of the line for each column's bar, beside its name, count and share.
std::size_t bar_columns(std::size_t name_columns, std::vector<std::string> const& columns, Counts const& counts) {
  constexpr std::size_t share_columns = 7, gap = 2;
  std::size_t used = gap + name_columns;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::uint64_t const most = counts[i].empty() ? 0 : std::ranges::max(counts[i]);
    used += gap + std::max(thousands(most).size(), width(columns[i])) + gap + share_columns + gap;
  }
  std::size_t const left = used < text_columns ? (text_columns - used) / counts.size() : 0;
  return left < least_bar ? 0 : std::min(left, most_bar);
}

std::vector<std::string> row_of(std::string const& name, std::size_t number, Counts const& counts, std::size_t bars) {
  std::vector<std::string> row = {name};
  for (auto const& one : counts) {
    Column const column{one};
    auto const count = static_cast<double>(one[number]);
    row.insert(row.end(), {thousands(one[number]), percent(count / column.total), bar(count / column.most, bars)});
  }
  return row;
}

}  // namespace

std::string shares_text(std::string const& title, std::vector<std::string> const& all_names,
                        std::vector<std::string> const& columns,
                        std::vector<std::vector<std::uint64_t>> const& counts) {
  std::vector<std::string> names;
  for (auto const& name : all_names) names.push_back(visible(name, most_name));
  std::size_t const bars = bar_columns(std::max(widest(names), width(title)), columns, counts);
  std::string alignment = "l";
  std::vector<std::string> head = {title};
  for (auto const& column : columns) {
    alignment += "rrl";
    head.insert(head.end(), {column, "", ""});
  }
  Table table(alignment);
  table.add(head);
  for (std::size_t i = 0; i < names.size(); ++i) table.add(row_of(names[i], i, counts, bars));
  return table.text();
}

}  // namespace tartan::cli
