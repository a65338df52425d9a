#include <tartan/core/error.hpp>
#include <tartan/core/lock_file.hpp>
#include <tartan/core/process.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace tartan {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::milliseconds between_tries{100};
constexpr std::chrono::minutes lease{3};  // NFS gives a client that is gone 90 s

enum class Found { mine, taken, replaced, unsupported };

LockHolder myself() {
  char const* const job = std::getenv("SLURM_JOB_ID");
  return {host_name(), ::getpid(), job == nullptr ? "" : job};
}

//! Empty fields where it cannot be read: another process may be about to write it.
LockHolder read_holder(fs::path const& path) {
  std::ifstream in(path);
  auto const json = nlohmann::json::parse(in, nullptr, false);
  LockHolder holder;
  if (!json.is_object()) return holder;
  if (auto const it = json.find("host"); it != json.end() && it->is_string()) holder.host = *it;
  if (auto const it = json.find("pid"); it != json.end() && it->is_number_integer()) holder.pid = *it;
  if (auto const it = json.find("job"); it != json.end() && it->is_string()) holder.job = *it;
  return holder;
}

//! Judged by what it wrote, where the file system has no locks to ask.
bool is_gone(LockHolder const& holder) {
  LockHolder const me = myself();
  if (holder.pid <= 0) return true;
  if (holder.host == me.host)
    return holder.pid == me.pid || (::kill(static_cast<pid_t>(holder.pid), 0) != 0 && errno == ESRCH);
  return !holder.job.empty() && holder.job == me.job;
}

//! A job that Slurm has queued again: where its node died, a file server may take a while to let go.
bool is_earlier_start(fs::path const& path) {
  LockHolder const me = myself(), holder = read_holder(path);
  return !me.job.empty() && holder.job == me.job && holder.host != me.host;
}

//! Whether the name still leads to this open file: its last holder may have removed it between open and lock.
bool is_at(int file, fs::path const& path) {
  struct stat open_file = {}, named = {};
  return ::fstat(file, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 && open_file.st_dev == named.st_dev &&
         open_file.st_ino == named.st_ino;
}

Found try_to_lock(int file, fs::path const& path) {
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return is_at(file, path) ? Found::mine : Found::replaced;
  return errno == EWOULDBLOCK || errno == EINTR ? Found::taken : Found::unsupported;
}

int open_or_fail(fs::path const& path) {
  int const file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) fail_io("cannot write " + path.string());
  return file;
}

void write_myself(int file, fs::path const& path) {
  LockHolder const me = myself();
  std::string const text = nlohmann::ordered_json{{"host", me.host}, {"pid", me.pid}, {"job", me.job}}.dump() + "\n";
  bool const written =
      ::ftruncate(file, 0) == 0 && ::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  if (!written) fail_io("cannot write " + path.string());
}

[[noreturn]] void refuse(fs::path const& path) {
  fail_usage(path.parent_path().string() + " is in use by " + to_text(read_holder(path)) +
             "; wait until it ends, or name another directory (if it is surely gone, delete " + path.string() + ")");
}

}  // namespace

std::string to_text(LockHolder const& holder) {
  if (holder.pid <= 0) return "another process";
  return "process " + std::to_string(holder.pid) + " on " + holder.host +
         (holder.job.empty() ? "" : " (job " + holder.job + ")");
}

LockFile::LockFile(fs::path path, std::chrono::milliseconds patience) : path_(std::move(path)) {
  auto const end = std::chrono::steady_clock::now() + (is_earlier_start(path_) ? lease : patience);
  for (;;) {
    file_ = open_or_fail(path_);
    Found const found = try_to_lock(file_, path_);
    if (found == Found::mine || (found == Found::unsupported && is_gone(read_holder(path_)))) break;
    ::close(file_);
    if (found == Found::replaced) continue;
    if (std::chrono::steady_clock::now() > end) refuse(path_);
    std::this_thread::sleep_for(between_tries);
  }
  write_myself(file_, path_);
}

LockFile::~LockFile() {
  if (is_at(file_, path_)) ::unlink(path_.c_str());  // before the lock is let go; unless somebody had removed it
  ::close(file_);
}

std::optional<LockHolder> lock_holder(fs::path const& path) {
  int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  bool const free = ::flock(file, LOCK_SH | LOCK_NB) == 0;
  bool const unsupported = !free && errno != EWOULDBLOCK;
  ::close(file);
  LockHolder const holder = read_holder(path);
  if (free || (unsupported && is_gone(holder))) return std::nullopt;
  return holder;
}

}  // namespace tartan
