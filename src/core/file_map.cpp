#include "map_guard.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/file_map.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tartan {
namespace {

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

}  // namespace

FileMap::FileMap(std::filesystem::path const& path, std::string const& way_out) : path_(path) {
  Descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a pipe does not hold us up
  if (file.value < 0 && (errno == ENOENT || errno == ENOTDIR))
    fail_usage(path.string() + " does not exist; " + way_out);
  struct stat status {};
  if (file.value < 0 || ::fstat(file.value, &status) != 0) fail_io("cannot read " + path.string());
  if (!S_ISREG(status.st_mode)) fail_usage(path.string() + " is not a file; " + way_out);
  if (status.st_size == 0) return;
  auto const size = static_cast<std::size_t>(status.st_size);
  void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value, 0);
  if (address == MAP_FAILED) fail_io("cannot map " + path.string());
  bytes_ = {static_cast<std::byte const*>(address), size};
  guard_map(bytes_, path);
}

FileMap::FileMap(FileMap&& other) noexcept : path_(std::move(other.path_)), bytes_(std::exchange(other.bytes_, {})) {}

FileMap& FileMap::operator=(FileMap&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

FileMap::~FileMap() {
  if (bytes_.empty()) return;
  unguard_map(bytes_);
  ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace tartan
