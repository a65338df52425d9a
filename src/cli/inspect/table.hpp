#pragma once

#include <string>
#include <vector>

namespace tartan::cli {

//! Cells in aligned columns, two blanks apart.
class Table {
 public:
  //! One letter a column: 'l' or 'r', the side that its cells lean to.
  explicit Table(std::string alignment) : alignment_(std::move(alignment)) {}
  void add(std::vector<std::string> row);
  std::string text(std::size_t indent = 2) const;  //!< every line ends with "\n", none with a blank

 private:
  std::size_t width_of(std::size_t column) const;
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tartan::cli
