#include "h5_set.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <array>

namespace tartan::data::h5 {
namespace {

constexpr std::array allowed_filters{H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32};
constexpr std::uint64_t max_deflate_ratio = 1032;

herr_t refuse_external_link(char const*, char const*, char const*, char const*, unsigned*, hid_t, void*) { return -1; }

Id refusing_access() {
  Id access(H5Pcreate(H5P_LINK_ACCESS));
  H5Pset_elink_cb(access, refuse_external_link, nullptr);
  return access;
}

Id refusing_open(hid_t file, char const* name) {
  Id access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_elink_cb(access, refuse_external_link, nullptr);
  return Id(H5Dopen2(file, name, access));
}

}  // namespace

bool Set::exists(File const& file, char const* name) { return H5Lexists(file.id(), name, refusing_access()) > 0; }

Set::Set(File const& file, char const* name) : file_(&file), name_(name) {
  check_link();
  id_ = refusing_open(file.id(), name);
  if (!id_.valid()) fail("cannot be opened as a data set");
  Id const creation(H5Dget_create_plist(id_));
  layout_ = H5Pget_layout(creation);
  check_layout(creation);
  check_filters(creation);
  type_ = Id(H5Dget_type(id_));
  check_extent();
  check_bytes();
}

void Set::fail(std::string const& problem) const {
  file_->fail("is refused: its data set " + name_ + " " + problem + "; write it with jobs/prepare.py");
}

void Set::check_link() const {
  if (!exists(*file_, name_.c_str())) fail("is missing");
  H5L_info_t link{};
  if (H5Lget_info(file_->id(), name_.c_str(), &link, refusing_access()) < 0) fail("has an unreadable link");
  if (link.type != H5L_TYPE_HARD) fail("is a soft or external link (it could lead to another file)");
}

void Set::check_layout(hid_t creation) const {
  if (layout_ != H5D_CONTIGUOUS && layout_ != H5D_CHUNKED && layout_ != H5D_COMPACT)
    fail("has a virtual or unknown layout (it could read another file)");
  if (H5Pget_external_count(creation) != 0) fail("has external storage (it would read another file)");
}

void Set::check_filters(hid_t creation) const {
  for (int index = 0; index < H5Pget_nfilters(creation); ++index) {
    std::size_t values = 0;
    unsigned flags = 0;
    unsigned configuration = 0;
    H5Z_filter_t const filter =
        H5Pget_filter2(creation, static_cast<unsigned>(index), &flags, &values, nullptr, 0, nullptr, &configuration);
    if (std::find(allowed_filters.begin(), allowed_filters.end(), filter) == allowed_filters.end())
      fail("uses the filter " + std::to_string(filter) + " (only deflate, shuffle and fletcher32 are read)");
  }
}

void Set::check_extent() {
  Id const space(H5Dget_space(id_));
  hsize_t extent = 0;
  if (H5Sget_simple_extent_type(space) != H5S_SIMPLE || H5Sget_simple_extent_ndims(space) != 1)
    fail("does not have exactly one dimension");
  if (H5Sget_simple_extent_dims(space, &extent, nullptr) != 1 || extent == 0) fail("is empty");
  size_ = extent;
  if (!is_written(space)) fail("declares " + std::to_string(size_) + " elements that were never written in full");
}

// The library's space status compares bytes, which says nothing where chunks are compressed or the last is partly used.
bool Set::is_written(hid_t space) const {
  if (layout_ == H5D_CHUNKED) {
    hsize_t chunks = 0;
    hsize_t const wanted = (size_ - 1) / chunk_size() + 1;
    return H5Dget_num_chunks(id_, space, &chunks) >= 0 && chunks == wanted;
  }
  H5D_space_status_t status = H5D_SPACE_STATUS_ERROR;
  return H5Dget_space_status(id_, &status) >= 0 && status == H5D_SPACE_STATUS_ALLOCATED;
}

std::uint64_t Set::chunk_size() const {
  Id const creation(H5Dget_create_plist(id_));
  hsize_t chunk = 0;
  if (H5Pget_chunk(creation, 1, &chunk) != 1 || chunk == 0) fail("has chunks of an unreadable size");
  return chunk;
}

// Memory is only ever taken for what this function found plausible.
void Set::check_bytes() const {
  constexpr std::uint64_t least_reference_bytes = 8;  // what a string of variable length takes in its data set
  std::uint64_t const element_bytes = is_variable() ? least_reference_bytes : H5Tget_size(type_);
  std::uint64_t const stored_bytes = H5Dget_storage_size(id_);
  std::uint64_t value_bytes = 0;
  if (element_bytes == 0 || __builtin_mul_overflow(size_, element_bytes, &value_bytes) || stored_bytes > file_->bytes())
    fail("declares more bytes than the file has");
  if (layout_ == H5D_CHUNKED) return check_chunks(value_bytes);
  if (value_bytes > stored_bytes) fail("declares more elements than it stores");
}

void Set::check_chunks(std::uint64_t value_bytes) const {
  if (chunk_size() > max_chunk_bytes / H5Tget_size(type_)) fail("has chunks of more than 64 MiB");
  if (value_bytes > max_chunked_bytes)
    file_->fail("is refused: its data set " + name_ +
                " is chunked and larger than 1 GiB (random access would inflate a "
                "chunk for every example); run `h5repack -f NONE -l CONTI OLD.h5 NEW.h5`");
  if (value_bytes / max_deflate_ratio > H5Dget_storage_size(id_))
    fail("declares more elements than its chunks can hold");
}

bool Set::is_integer() const {
  return H5Tget_class(type_) == H5T_INTEGER && H5Tget_size(type_) <= 8 &&
         H5Tget_precision(type_) == 8 * H5Tget_size(type_);
}

bool Set::is_integer(H5T_sign_t sign, std::size_t bytes) const {
  return is_integer() && H5Tget_sign(type_) == sign && H5Tget_size(type_) == bytes;
}

std::optional<std::uint64_t> Set::offset(hid_t native_type) const {
  if (layout_ != H5D_CONTIGUOUS || H5Tequal(type_, native_type) <= 0) return std::nullopt;
  haddr_t const address = H5Dget_offset(id_);
  if (address == HADDR_UNDEF) return std::nullopt;
  return address;
}

void Set::read(hid_t native_type, void* values) const {
  if (H5Dread(id_, native_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    fail("cannot be read (truncated, damaged, or a checksum does not match)");
}

std::vector<std::string> Set::texts() const {
  if (is_text()) return is_variable() ? variable_texts() : fixed_texts();
  std::vector<std::string> result(size_);
  bool const has_sign = is_signed();
  std::vector<std::int64_t> values(size_);  // the library writes uint64 into the same bytes
  read(has_sign ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64, values.data());
  std::transform(values.begin(), values.end(), result.begin(), [&](std::int64_t value) {
    return has_sign ? std::to_string(value) : std::to_string(static_cast<std::uint64_t>(value));
  });
  return result;
}

std::vector<std::string> Set::fixed_texts() const {
  std::size_t const bytes = H5Tget_size(type_);
  std::vector<char> buffer(size_ * bytes);
  read(type_, buffer.data());
  std::vector<std::string> result;
  result.reserve(size_);
  for (std::size_t row = 0; row < size_; ++row) result.push_back(unpadded(buffer.data() + row * bytes, bytes, type_));
  return result;
}

// Many references to one long string would fill the memory: together they may not be longer than the file.
std::vector<std::string> Set::variable_texts() const {
  Id const space(H5Dget_space(id_));
  hsize_t text_bytes = 0;
  if (H5Dvlen_get_buf_size(id_, type_, space, &text_bytes) < 0) fail("cannot be read (truncated or damaged)");
  if (text_bytes > file_->bytes() + size_) fail("declares longer strings than the file holds");
  std::vector<char*> pointers(size_, nullptr);
  read(type_, pointers.data());
  std::vector<std::string> result;
  result.reserve(size_);
  for (char const* text : pointers) result.emplace_back(text ? text : "");
  H5Dvlen_reclaim(type_, space, H5P_DEFAULT, pointers.data());
  return result;
}

}  // namespace tartan::data::h5
