#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace tartan {

//! A regular file mapped read-only as a whole. Where the file is cut, or its disk fails, while it is mapped, the read
//! that meets it ends the process with ExitStatus::io and a sentence naming the file instead of SIGBUS.
class FileMap {
 public:
  //! `way_out` ends the message where no file is there (ExitStatus::usage). Throws ExitStatus::io where it cannot be
  //! read.
  FileMap(std::filesystem::path const& path, std::string const& way_out);
  FileMap(FileMap&& other) noexcept;
  FileMap& operator=(FileMap&& other) noexcept;
  ~FileMap();

  std::filesystem::path const& path() const { return path_; }
  std::span<std::byte const> bytes() const { return bytes_; }  //!< page-aligned; empty for an empty file

 private:
  std::filesystem::path path_;
  std::span<std::byte const> bytes_;
};

}  // namespace tartan
