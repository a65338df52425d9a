#include <tartan/comm/timed.hpp>

#include <chrono>
#include <utility>

namespace tartan::comm {
namespace {

//! Adds its own lifetime to a sum, under the watchdog's eyes.
class Stopwatch {
 public:
  Stopwatch(char const* name, double& sum, Watchdog& watchdog) : sum_(sum), watchdog_(watchdog), start_(Clock::now()) {
    watchdog_.enter(name);
  }
  ~Stopwatch() {
    watchdog_.leave();
    sum_ += std::chrono::duration<double>(Clock::now() - start_).count();
  }
  Stopwatch(Stopwatch const&) = delete;
  Stopwatch& operator=(Stopwatch const&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  double& sum_;
  Watchdog& watchdog_;
  Clock::time_point start_;
};

class TimedWait final : public Work::Pending {
 public:
  TimedWait(char const* name, Work work, double& seconds, Watchdog& watchdog)
      : name_(name), work_(std::move(work)), seconds_(seconds), watchdog_(watchdog) {}
  void wait() override {
    Stopwatch const watch(name_, seconds_, watchdog_);
    work_.wait();
  }

 private:
  char const* name_;
  Work work_;
  double& seconds_;
  Watchdog& watchdog_;
};

}  // namespace

double Timed::take_seconds() { return std::exchange(seconds_, 0); }

template <class Call>
Work Timed::timed(char const* name, Call const& call) {
  Stopwatch const watch(name, seconds_, watchdog_);
  return Work(std::make_unique<TimedWait>(name, call(), seconds_, watchdog_));
}

Work Timed::all_reduce(void* data, std::size_t count, Type type, Op op, Device device) {
  return timed("all_reduce", [&] { return inner_.all_reduce(data, count, type, op, device); });
}

Work Timed::reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                           Device device) {
  return timed("reduce_scatter", [&] { return inner_.reduce_scatter(data, shard, counts, type, device); });
}

Work Timed::all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type, Device device) {
  return timed("all_gather", [&] { return inner_.all_gather(shard, data, counts, type, device); });
}

Work Timed::scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
                    Device device) {
  return timed("scatter", [&] { return inner_.scatter(data, shard, counts, type, root, device); });
}

Work Timed::broadcast(void* data, std::size_t count, Type type, int root, Device device) {
  return timed("broadcast", [&] { return inner_.broadcast(data, count, type, root, device); });
}

void Timed::barrier() {
  Stopwatch const watch("barrier", seconds_, watchdog_);
  inner_.barrier();
}

}  // namespace tartan::comm
