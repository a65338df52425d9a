#pragma once

#include "h5_file.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tartan::data::h5 {

//! One data set at the root of a file, opened only where nothing leads out of the file and its declared size is
//! plausible: hard link, no virtual or external storage, filters of the library, written, rank 1, at least one element.
class Set {
 public:
  static constexpr std::uint64_t max_chunk_bytes = std::uint64_t{64} << 20;
  static constexpr std::uint64_t max_chunked_bytes = std::uint64_t{1} << 30;
  static bool exists(File const& file, char const* name);

  Set(File const& file, char const* name);
  std::uint64_t size() const { return size_; }
  bool is_integer(H5T_sign_t sign, std::size_t bytes) const;
  bool is_integer() const;
  bool is_signed() const { return H5Tget_sign(type_) == H5T_SGN_2; }
  bool is_real() const { return H5Tget_class(type_) == H5T_FLOAT && H5Tget_size(type_) <= 8; }
  bool is_text() const { return H5Tget_class(type_) == H5T_STRING; }

  //! Byte at which the values lie in the file one after the other as this machine holds them; else nothing.
  std::optional<std::uint64_t> offset(hid_t native_type) const;
  void read(hid_t native_type, void* values) const;  //!< (size())
  std::vector<std::string> texts() const;            //!< strings, or integers in decimal
  [[noreturn]] void fail(std::string const& problem) const;

 private:
  void check_link() const;
  void check_layout(hid_t creation) const;
  void check_filters(hid_t creation) const;
  void check_extent();
  void check_bytes() const;
  void check_chunks(std::uint64_t value_bytes) const;
  bool is_written(hid_t space) const;
  std::uint64_t chunk_size() const;  // elements
  bool is_variable() const { return H5Tis_variable_str(type_) > 0; }
  std::vector<std::string> variable_texts() const;
  std::vector<std::string> fixed_texts() const;

  File const* file_;
  std::string name_;
  Id id_;
  Id type_;
  H5D_layout_t layout_ = H5D_LAYOUT_ERROR;
  std::uint64_t size_ = 0;
};

}  // namespace tartan::data::h5
