#include "table.hpp"

#include "text.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>

namespace tartan::cli {

void Table::add(std::vector<std::string> row) {
  expects(row.size() == alignment_.size(), "a row of another table");
  rows_.push_back(std::move(row));
}

std::size_t Table::width_of(std::size_t column) const {
  std::size_t widest = 0;
  for (auto const& row : rows_) widest = std::max(widest, width(row[column]));
  return widest;
}

std::string Table::text(std::size_t indent) const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < alignment_.size(); ++column) widths.push_back(width_of(column));
  std::string result;
  for (auto const& row : rows_) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      std::string const blanks(widths[column] - width(row[column]), ' ');
      line += std::string(column == 0 ? indent : 2, ' ');
      line += alignment_[column] == 'r' ? blanks + row[column] : row[column] + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  }
  return result;
}

}  // namespace tartan::cli
