#include "cores.hpp"

#include <tartan/core/log.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <unistd.h>

namespace tartan::comm {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_cores = 8192;

std::string first_line(fs::path const& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

//! "200000 100000" is two cores' worth, "max 100000" no limit.
double quota_of(std::string const& cpu_max) {
  std::istringstream in(cpu_max);
  double quota = 0, period = 0;
  return in >> quota >> period && period > 0 ? quota / period : 0;
}

bool is_launcher(pid_t process) {
  std::string const name = first_line("/proc/" + std::to_string(process) + "/comm");
  for (char const* known : {"mpirun", "mpiexec", "orterun", "orted", "prterun", "prted"})
    if (name == known) return true;
  return false;
}

}  // namespace

std::vector<int> allowed_cores(pid_t process) {
  std::array<cpu_set_t, most_cores / CPU_SETSIZE> sets{};
  std::vector<int> cores(most_cores);
  if (sched_getaffinity(process, sizeof sets, sets.data()) != 0) return cores;
  for (std::size_t core = 0; core < cores.size(); ++core)
    cores[core] = CPU_ISSET_S(core, sizeof sets, sets.data()) ? 1 : 0;
  return cores;
}

double fair_share(std::vector<int> const& mine, std::vector<int> const& users) {
  double share = 0;
  for (std::size_t core = 0; core < mine.size(); ++core)
    if (mine[core] != 0) share += 1.0 / std::max(1, users[core]);
  return share;
}

double cpu_quota(fs::path const& root, std::string const& group) {
  double least = 0;
  for (fs::path place = fs::path(group).relative_path();; place = place.parent_path()) {
    double const quota = quota_of(first_line(root / place / "cpu.max"));
    if (quota > 0 && (least == 0 || quota < least)) least = quota;
    if (place.empty()) return least;
  }
}

double cpu_quota() {
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("0::")) return cpu_quota("/sys/fs/cgroup", line.substr(3));
  return 0;
}

void warn_of_binding(std::vector<int> const& users) {
  if (std::getenv("OMP_NUM_THREADS") != nullptr || !is_launcher(::getppid())) return;
  auto const free = std::ranges::count(allowed_cores(::getppid()), 1);
  auto const used = std::ranges::count_if(users, [](int count) { return count > 0; });
  if (static_cast<double>(used) < within_quota(static_cast<double>(free), cpu_quota()))
    warn("mpirun bound this node's ranks to " + std::to_string(used) + " of " + std::to_string(free) +
         " cores; start with mpirun --bind-to none");
}

}  // namespace tartan::comm
