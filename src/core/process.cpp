#include <tartan/core/process.hpp>

#include <sys/resource.h>

namespace tartan {

double peak_memory_mb() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return static_cast<double>(use.ru_maxrss) / 1024;  // Linux counts KiB
}

}  // namespace tartan
