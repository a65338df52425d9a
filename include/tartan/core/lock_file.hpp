#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace tartan {

//! Which process holds a lock file, as it wrote there itself.
struct LockHolder {
  std::string host;
  long pid = 0;
  std::string job;  //!< Slurm's id of its job; empty outside Slurm
};

//! "process 12 on node3 (job 77)".
std::string to_text(LockHolder const& holder);

//! Keeps a second writer out for as long as it lives. The kernel lets go of the lock of a dead process (flock), so that
//! nobody has to clean up after one. A file system without such locks is served by what the file says: a process of
//! this host that is no more, or an earlier start of this Slurm job, no longer holds it.
class LockFile {
 public:
  //! Takes the lock, waiting up to `patience` for one who is about to leave. Throws ExitStatus::usage naming the holder
  //! where one stays, ExitStatus::io where the file cannot be written.
  LockFile(std::filesystem::path path, std::chrono::milliseconds patience);
  ~LockFile();  //!< removes the file
  LockFile(LockFile const&) = delete;
  LockFile& operator=(LockFile const&) = delete;

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

//! Who holds the lock now; nothing where nobody does.
std::optional<LockHolder> lock_holder(std::filesystem::path const& path);

}  // namespace tartan
