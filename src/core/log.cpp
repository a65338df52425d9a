#include <tartan/core/log.hpp>

#include <cstdio>

namespace tartan {
namespace {

struct LogRank {
  int rank = 0;
  int size = 1;
};

LogRank& log_rank() {
  static LogRank instance;
  return instance;
}

void write_line(std::string const& line) {
  std::string const text = line + "\n";  // one write, so that lines of ranks do not mix
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

void set_log_rank(int rank, int size) { log_rank() = {rank, size}; }

void log(std::string const& message) {
  if (log_rank().rank == 0) write_line("tartan: " + message);
}

void warn(std::string const& message) { log("warning: " + message); }

void log_local(std::string const& message) {
  auto const [rank, size] = log_rank();
  write_line(size == 1 ? "tartan: " + message : "tartan[" + std::to_string(rank) + "]: " + message);
}

}  // namespace tartan
