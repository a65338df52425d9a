#include <tartan/core/process.hpp>

#include <array>
#include <sys/resource.h>
#include <unistd.h>

namespace tartan {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

double peak_memory_mb() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return static_cast<double>(use.ru_maxrss) / 1024;  // Linux counts KiB
}

}  // namespace tartan
