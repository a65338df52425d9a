#pragma once

#include <stdexcept>
#include <string>

namespace tartan {

//! What the process reports to the shell and to Slurm.
enum class ExitStatus : int {
  done = 0,
  usage = 2,         //!< flags, configuration, a path that does not exist
  data = 65,         //!< bad data or checkpoint
  bug = 70,          //!< our bug
  rank_failed = 71,  //!< a rank or node failed; the run can be resumed
  io = 74,           //!< reading or writing failed
  stopped = 75,      //!< stopped by a signal; the run can be resumed
  diverged = 76,     //!< losses or gradients are no longer finite
};

//! An error that a user can act upon. `what()` reads: problem (why it matters); a way out.
class Error : public std::runtime_error {
 public:
  Error(ExitStatus status, std::string const& message) : std::runtime_error(message), status_(status) {}
  ExitStatus status() const { return status_; }

 private:
  ExitStatus status_;
};

[[noreturn]] void fail_usage(std::string const& message);  //!< throws Error with ExitStatus::usage
[[noreturn]] void fail_data(std::string const& message);   //!< throws Error with ExitStatus::data
[[noreturn]] void fail_io(std::string const& message);     //!< throws Error with ExitStatus::io, errno's text appended
[[noreturn]] void fail_bug(std::string const& message);    //!< throws Error with ExitStatus::bug
[[noreturn]] void fail_diverged(std::string const& message);  //!< throws Error with ExitStatus::diverged

//! Checks our own assumptions: throws ExitStatus::bug where `ok` is false.
inline void expects(bool ok, char const* what) {
  if (!ok) fail_bug(what);
}

}  // namespace tartan
