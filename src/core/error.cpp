#include <tartan/core/error.hpp>

#include <cerrno>
#include <cstring>

namespace tartan {

void fail_usage(std::string const& message) { throw Error(ExitStatus::usage, message); }
void fail_data(std::string const& message) { throw Error(ExitStatus::data, message); }
void fail_bug(std::string const& message) {
  throw Error(ExitStatus::bug, message + " (a bug of tartan; please report it)");
}
void fail_diverged(std::string const& message) { throw Error(ExitStatus::diverged, message); }

void fail_io(std::string const& message) {
  int const code = errno;
  throw Error(ExitStatus::io, code == 0 ? message : message + ": " + std::strerror(code));
}

}  // namespace tartan
