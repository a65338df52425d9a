#include <tartan/comm/watchdog.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace tartan::comm {
namespace {

constexpr double most_seconds_between_looks = 5;

std::string minutes_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", seconds / 60);
  return text.data();
}

}  // namespace

Watchdog::Watchdog(double limit_seconds) : limit_seconds_(limit_seconds) {
  if (limit_seconds_ > 0) thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard const lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watchdog::enter(char const* call) {
  if (limit_seconds_ <= 0) return;
  std::lock_guard const lock(mutex_);
  call_ = call;
  ++calls_;
}

void Watchdog::leave() {
  if (limit_seconds_ <= 0) return;
  std::lock_guard const lock(mutex_);
  call_ = nullptr;
}

void Watchdog::watch() {
  std::chrono::duration<double> const pause{std::min(limit_seconds_ / 4, most_seconds_between_looks)};
  double waited = 0;
  std::unique_lock lock(mutex_);
  for (std::uint64_t seen = 0; !changed_.wait_for(lock, pause, [this] { return ended_; }); seen = calls_) {
    waited = call_ != nullptr && calls_ == seen ? waited + pause.count() : 0;  // no clock: a job may be suspended
    if (waited < limit_seconds_) continue;
    log_local("error: waited " + minutes_text(limit_seconds_) + " minutes in " + call_ +
              " for another rank, which hangs or is gone; look at its node, then go on with --resume (a limit of "
              "run.comm_timeout_minutes)");
    std::_Exit(static_cast<int>(ExitStatus::rank_failed));  // the main thread is in a library that will not return
  }
}

}  // namespace tartan::comm
