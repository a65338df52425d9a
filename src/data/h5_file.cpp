#include "h5_file.hpp"

#include <tartan/core/error.hpp>

#include <vector>

namespace tartan::data::h5 {
namespace {

std::mutex& library_mutex() {
  static std::mutex instance;
  return instance;
}

// Locks fail on NFS and Lustre, and a reader needs none.
Id reading_access() {
  Id access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access, false, true);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  return access;
}

}  // namespace

Session::Session() : lock_(library_mutex()) {
  H5open();
  H5Eget_auto2(H5E_DEFAULT, &report_, &report_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
}

Session::~Session() { H5Eset_auto2(H5E_DEFAULT, report_, report_data_); }

File::File(std::filesystem::path path) : path_(std::move(path)), bytes_(std::filesystem::file_size(path_)) {
  id_ = Id(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, reading_access()));
  if (id_.valid()) return;
  if (H5Fis_hdf5(path_.c_str()) > 0) fail("is truncated or damaged; copy it again or write it with jobs/prepare.py");
  fail("is no HDF5 file, or one cut off at its start; write it with jobs/prepare.py");
}

void File::fail(std::string const& problem) const { fail_data(path_.string() + " " + problem); }

bool File::has_attribute(char const* name) const { return H5Aexists(id_, name) > 0; }

Id File::open_attribute(char const* name, H5T_class_t type_class) const {
  if (!has_attribute(name))
    fail("has no attribute " + std::string(name) + " (schema tartan.examples); write it with jobs/prepare.py");
  Id attribute(H5Aopen(id_, name, H5P_DEFAULT));
  Id const type(H5Aget_type(attribute));
  Id const space(H5Aget_space(attribute));
  char const* const wanted = type_class == H5T_STRING ? "string" : "integer";
  if (H5Tget_class(type) != type_class || H5Sget_simple_extent_npoints(space) != 1)
    fail("has an attribute " + std::string(name) + " that is not one " + wanted + "; write it with jobs/prepare.py");
  return attribute;
}

std::int64_t File::integer(char const* attribute) const {
  Id const id = open_attribute(attribute, H5T_INTEGER);
  std::int64_t value = 0;
  if (H5Aread(id, H5T_NATIVE_INT64, &value) < 0)
    fail("has an unreadable attribute " + std::string(attribute) + "; copy it again");
  return value;
}

std::string File::text(char const* attribute) const {
  Id const id = open_attribute(attribute, H5T_STRING);
  Id const type(H5Aget_type(id));
  Id const space(H5Aget_space(id));
  bool const variable = H5Tis_variable_str(type) > 0;
  std::size_t const bytes = variable ? sizeof(char*) : H5Tget_size(type);
  std::vector<char> buffer(bytes);
  char* pointer = nullptr;
  void* const target = variable ? static_cast<void*>(&pointer) : buffer.data();
  if (H5Aread(id, type, target) < 0) fail("has an unreadable attribute " + std::string(attribute) + "; copy it again");
  if (!variable) return unpadded(buffer.data(), bytes, type);
  std::string const value = pointer ? pointer : "";
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, &pointer);
  return value;
}

std::string unpadded(char const* text, std::size_t bytes, hid_t type) {
  std::string_view value(text, bytes);
  value = value.substr(0, value.find('\0'));
  if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) value = value.substr(0, value.find_last_not_of(' ') + 1);
  return std::string(value);
}

}  // namespace tartan::data::h5
