#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace tartan::comm {

//! Ends the process with ExitStatus::rank_failed, and with it the job, where it has stood in one call for too long: a
//! rank that hangs would otherwise hold all others for as long as they are paid for.
class Watchdog {
 public:
  //! 0: watches nothing.
  explicit Watchdog(double limit_seconds);
  ~Watchdog();
  Watchdog(Watchdog const&) = delete;
  Watchdog& operator=(Watchdog const&) = delete;

  void enter(char const* call);  //!< `call` outlives the watchdog
  void leave();

 private:
  void watch();

  double limit_seconds_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  char const* call_ = nullptr;
  std::uint64_t calls_ = 0;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace tartan::comm
