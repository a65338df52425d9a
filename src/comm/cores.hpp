#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tartan::comm {

//! Which cores a process may use, 1 or 0 for each of 8,192; 0: this process. All 0 where that
//! cannot be told.
std::vector<int> allowed_cores(pid_t process = 0);

//! Sum over the cores that `mine` allows of 1 / processes that may use it; `users` counts those, `mine` among them.
double fair_share(std::vector<int> const& mine, std::vector<int> const& users);

//! Cores' worth of time that control groups (version 2, below `root`) grant the group at `group`; 0: no limit.
double cpu_quota(std::filesystem::path const& root, std::string const& group);

//! The same for this process: /sys/fs/cgroup and the group that /proc/self/cgroup names.
double cpu_quota();

//! `cores`, or `quota` where that is less; a quota of 0 is none.
inline double within_quota(double cores, double quota) { return quota > 0 && quota < cores ? quota : cores; }

//! Warns where mpirun bound this node's ranks to fewer cores than it may use itself.
void warn_of_binding(std::vector<int> const& users);

}  // namespace tartan::comm
