#pragma once

#include <cstdint>
#include <filesystem>

namespace tartan::data {

//! A file mapped read-only as a whole, from the first call of data() on.
class FileMap {
 public:
  //! Throws ExitStatus::usage where no file is there, ExitStatus::io where it cannot be read.
  explicit FileMap(std::filesystem::path const& path);
  ~FileMap();
  FileMap(FileMap const&) = delete;
  FileMap& operator=(FileMap const&) = delete;

  std::uint64_t bytes() const { return bytes_; }
  char const* data();  //!< (bytes()) page-aligned

 private:
  std::filesystem::path path_;
  int file_;
  std::uint64_t bytes_ = 0;
  void* data_ = nullptr;
};

}  // namespace tartan::data
