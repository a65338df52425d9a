#include "file_map.hpp"

#include <tartan/core/error.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tartan::data {

FileMap::FileMap(std::filesystem::path const& path) : path_(path), file_(-1) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code))
    fail_usage(path.string() + " does not exist or is no file; check `data`");
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) fail_io("cannot read " + path.string());
  struct stat status {};
  if (::fstat(file_, &status) == 0) bytes_ = static_cast<std::uint64_t>(status.st_size);
}

FileMap::~FileMap() {
  if (data_) ::munmap(data_, bytes_);
  if (file_ >= 0) ::close(file_);
}

char const* FileMap::data() {
  if (!data_) {
    void* const place = ::mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, file_, 0);
    if (place == MAP_FAILED) fail_io("cannot map " + path_.string());
    data_ = place;
  }
  return static_cast<char const*>(data_);
}

}  // namespace tartan::data
