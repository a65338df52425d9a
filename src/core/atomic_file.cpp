#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>

#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace tartan {
namespace fs = std::filesystem;
namespace {

fs::path beside(fs::path const& path) { return path.parent_path() / ("tmp." + path.filename().string()); }

void rename_into_place(fs::path const& from, fs::path const& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (code) fail_io("cannot rename " + from.string() + " to " + to.string());
  sync_path(to.parent_path().empty() ? fs::path(".") : to.parent_path());
}

// Removed when it goes out of scope, unless it was renamed by then.
struct Temporary {
  fs::path path;
  explicit Temporary(fs::path name) : path(std::move(name)) {}
  Temporary(Temporary const&) = delete;
  Temporary& operator=(Temporary const&) = delete;
  ~Temporary() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

}  // namespace

void sync_path(fs::path const& path) {
  int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail_io("cannot open " + path.string());
  int const failed = ::fsync(file);
  ::close(file);
  if (failed) fail_io("cannot sync " + path.string());
}

void write_file_atomically(fs::path const& path, std::string_view content) {
  Temporary const temporary(beside(path));
  {
    std::ofstream out(temporary.path, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) fail_io("cannot write " + temporary.path.string());
  }
  sync_path(temporary.path);
  rename_into_place(temporary.path, path);
}

void write_directory_atomically(fs::path const& path, std::function<void(fs::path const&)> const& fill) {
  Temporary const temporary(beside(path));
  std::error_code code;
  fs::remove_all(temporary.path, code);
  if (!fs::create_directories(temporary.path, code)) fail_io("cannot create " + temporary.path.string());
  fill(temporary.path);
  for (auto const& entry : fs::recursive_directory_iterator(temporary.path))
    if (!entry.is_symlink()) sync_path(entry.path());
  sync_path(temporary.path);
  fs::path const old = path.parent_path() / ("old." + path.filename().string());
  if (fs::exists(path)) {
    fs::remove_all(old, code);
    rename_into_place(path, old);
  }
  rename_into_place(temporary.path, path);
  fs::remove_all(old, code);  // also one that an earlier process left when it was killed between the renames
}

void swap_symlink(fs::path const& link, fs::path const& target) {
  Temporary const temporary(beside(link));
  std::error_code code;
  fs::remove(temporary.path, code);
  fs::create_directory_symlink(target, temporary.path, code);
  if (code) fail_io("cannot create the link " + temporary.path.string());
  rename_into_place(temporary.path, link);
}

}  // namespace tartan
