#include "map_guard.hpp"

#include <tartan/core/error.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unistd.h>
#include <utility>

namespace tartan {
namespace {

constexpr std::size_t most_maps = 4096;  // beyond that a message names no file

//! What a signal handler may look at: no locks, no memory of the heap but the name's own.
struct Guarded {
  std::atomic<std::uintptr_t> begin{0}, end{0};
  char const* name = nullptr;
};

std::array<Guarded, most_maps>& guarded_maps() {
  static std::array<Guarded, most_maps> instance;
  return instance;
}

std::mutex& guard_mutex() {
  static std::mutex instance;
  return instance;
}

void say(char const* text) {
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;  // nobody is left to be told
}

extern "C" void tell_bus_error(int, siginfo_t* info, void*) {
  auto const address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Guarded const& map : guarded_maps()) {
    if (address < map.begin || address >= map.end) continue;
    say("tartan: error: ");
    say(map.name);
    say(" was cut or could not be read while it was in use; restore it and start again, a training run with "
        "--resume\n");
    ::_exit(static_cast<int>(ExitStatus::io));
  }
  ::signal(SIGBUS, SIG_DFL);  // not ours: ends the process as soon as this returns
  ::raise(SIGBUS);
}

void listen() {
  struct sigaction action = {};
  action.sa_sigaction = tell_bus_error;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

void guard_map(std::span<std::byte const> bytes, std::filesystem::path const& path) {
  std::lock_guard const lock(guard_mutex());
  static std::once_flag once;
  std::call_once(once, listen);
  for (Guarded& map : guarded_maps()) {
    if (map.begin != 0) continue;
    map.name = ::strdup(path.c_str());
    map.end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size());
    map.begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    return;
  }
}

void unguard_map(std::span<std::byte const> bytes) {
  std::lock_guard const lock(guard_mutex());
  for (Guarded& map : guarded_maps()) {
    if (map.begin != reinterpret_cast<std::uintptr_t>(bytes.data())) continue;
    map.begin = map.end = 0;
    std::free(const_cast<char*>(std::exchange(map.name, nullptr)));
    return;
  }
}

}  // namespace tartan
