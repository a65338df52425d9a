#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <stdio.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace tartan {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view temporary_prefix = "tmp.";
constexpr std::string_view aside_prefix = "old.";

fs::path named(fs::path const& path, std::string_view prefix) {
  return path.parent_path() / (std::string(prefix) + path.filename().string());
}
fs::path beside(fs::path const& path) { return named(path, temporary_prefix); }
fs::path aside(fs::path const& path) { return named(path, aside_prefix); }
fs::path parent_of(fs::path const& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void rename_into_place(fs::path const& from, fs::path const& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (code)
    throw Error(ExitStatus::io, "cannot rename " + from.string() + " to " + to.string() + ": " + code.message());
  sync_path(parent_of(to));
}

//! Swaps two paths in one step, so that neither name is ever missing; false where the file system cannot.
bool exchange(fs::path const& a, fs::path const& b) {
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

void move_aside(fs::path const& path) {
  std::error_code code;
  fs::remove_all(aside(path), code);
  rename_into_place(path, aside(path));
}

using Fill = std::function<void(std::ostream&)>;

Fill writes(std::string_view content) {
  return [content](std::ostream& out) { out.write(content.data(), static_cast<std::streamsize>(content.size())); };
}

void write_whole(fs::path const& path, Fill const& fill) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  fill(out);
  out.close();
  if (!out) fail_io("cannot write " + path.string());
}

//! A device, a pipe, or what a process has open (/dev/stdout leads to /proc/self/fd/1): not to be replaced by a rename.
bool takes_bytes(fs::path const& path) {
  std::error_code code;
  std::string const name = path.lexically_normal().string();
  return name.starts_with("/dev/") || name.starts_with("/proc/") ||
         (fs::exists(path, code) && !fs::is_regular_file(path, code));
}

//! Where a symbolic link leads, also where nothing is there yet; any other path itself.
fs::path behind_link(fs::path const& path) {
  std::error_code code;
  if (!fs::is_symlink(path, code)) return path;
  return fs::exists(path, code) ? fs::canonical(path) : path.parent_path() / fs::read_symlink(path);
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
  write_file_atomically(path, writes(content));
}

void write_file_atomically(fs::path const& path, Fill const& fill) {
  if (takes_bytes(path)) return write_whole(path, fill);
  fs::path const target = behind_link(path);
  Temporary const temporary(beside(target));
  write_whole(temporary.path, fill);
  sync_path(temporary.path);
  rename_into_place(temporary.path, target);
}

void check_writable(fs::path const& path) {
  errno = 0;
  fs::path const asked = takes_bytes(path) ? path : parent_of(behind_link(path));
  if (::access(asked.c_str(), W_OK) != 0) fail_io("cannot write " + path.string());
}

fs::path nearest_existing(fs::path const& path) {
  std::error_code code;
  fs::path there = fs::absolute(path).lexically_normal();
  while (!fs::exists(there, code) && there.has_relative_path()) there = there.parent_path();
  return there;
}

void check_can_make(fs::path const& path, std::string_view key) {
  std::error_code code;
  fs::path const there = nearest_existing(path);
  std::string const why = !fs::is_directory(there, code)         ? "is not a directory"
                          : ::access(there.c_str(), W_OK | X_OK) ? "may not be written"
                                                                 : "";
  if (!why.empty())
    fail_usage("cannot use " + std::string(key) + " = " + path.string() + " (" + there.string() + " " + why +
               "); name another directory");
}

bool create_file(fs::path const& path, std::string_view content) {
  Temporary const temporary(path.parent_path() / (std::string(temporary_prefix) + std::to_string(::getpid()) + "." +
                                                  path.filename().string()));
  write_whole(temporary.path, writes(content));
  sync_path(temporary.path);
  if (::link(temporary.path.c_str(), path.c_str()) == 0) return sync_path(parent_of(path)), true;
  if (errno == EEXIST) return false;
  int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);  // without hard links
  if (file < 0 && errno == EEXIST) return false;
  if (file < 0) fail_io("cannot create " + path.string());
  ::close(file);
  return write_file_atomically(path, content), true;
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
  if (fs::exists(path) && exchange(temporary.path, path)) return sync_path(parent_of(path));
  if (fs::exists(path)) move_aside(path);
  rename_into_place(temporary.path, path);
  fs::remove_all(aside(path), code);
}

void recover_directory(fs::path const& directory) {
  std::error_code code;
  std::vector<fs::path> leftovers;
  for (auto const& entry : fs::directory_iterator(directory, code)) leftovers.push_back(entry.path());
  for (fs::path const& path : leftovers) {
    std::string const name = path.filename().string();
    if (name.starts_with(aside_prefix) && !fs::exists(directory / name.substr(aside_prefix.size())))
      rename_into_place(path, directory / name.substr(aside_prefix.size()));
    else if (name.starts_with(aside_prefix) || name.starts_with(temporary_prefix))
      fs::remove_all(path, code);
  }
}

void make_directory(fs::path const& path) {
  std::error_code code;
  if (fs::is_directory(path, code)) return;
  fs::create_directories(path, code);
  if (code) throw Error(ExitStatus::io, "cannot create " + path.string() + ": " + code.message());
  sync_path(parent_of(path));
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
