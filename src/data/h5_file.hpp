#pragma once

#include <cstdint>
#include <filesystem>
#include <hdf5.h>
#include <mutex>
#include <string>
#include <utility>

namespace tartan::data::h5 {

//! Owns one HDF5 identifier of any kind.
class Id {
 public:
  explicit Id(hid_t id = H5I_INVALID_HID) : id_(id) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Id() {
    if (id_ >= 0) H5Idec_ref(id_);
  }
  operator hid_t() const { return id_; }
  bool valid() const { return id_ >= 0; }

 private:
  hid_t id_;
};

//! Holds the library, which is not thread-safe, with its error messages silenced and its plugins forbidden. Outlives
//! every Id made under it.
class Session {
 public:
  Session();
  ~Session();
  Session(Session const&) = delete;
  Session& operator=(Session const&) = delete;

 private:
  std::unique_lock<std::mutex> lock_;
  H5E_auto2_t report_ = nullptr;
  void* report_data_ = nullptr;
};

//! A file opened for reading and the attributes at its root. Every failure throws ExitStatus::data and names the file.
class File {
 public:
  explicit File(std::filesystem::path path);
  hid_t id() const { return id_; }
  std::uint64_t bytes() const { return bytes_; }
  bool has_attribute(char const* name) const;
  std::string text(char const* attribute) const;      //!< of fixed or variable length
  std::int64_t integer(char const* attribute) const;  //!< of any integer type
  [[noreturn]] void fail(std::string const& problem) const;

 private:
  Id open_attribute(char const* name, H5T_class_t type_class) const;
  std::filesystem::path path_;
  std::uint64_t bytes_;
  Id id_;
};

//! The text of a string type's `bytes` bytes, without what pads it.
std::string unpadded(char const* text, std::size_t bytes, hid_t type);

}  // namespace tartan::data::h5
