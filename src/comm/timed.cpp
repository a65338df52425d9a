#include <tartan/comm/timed.hpp>

#include <chrono>
#include <utility>

namespace tartan::comm {
namespace {

//! Adds its own lifetime to a sum.
class Stopwatch {
 public:
  explicit Stopwatch(double& sum) : sum_(sum), start_(Clock::now()) {}
  ~Stopwatch() { sum_ += std::chrono::duration<double>(Clock::now() - start_).count(); }
  Stopwatch(Stopwatch const&) = delete;
  Stopwatch& operator=(Stopwatch const&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  double& sum_;
  Clock::time_point start_;
};

class TimedWait final : public Work::Pending {
 public:
  TimedWait(Work work, double& seconds) : work_(std::move(work)), seconds_(seconds) {}
  void wait() override {
    Stopwatch const watch(seconds_);
    work_.wait();
  }

 private:
  Work work_;
  double& seconds_;
};

}  // namespace

double Timed::take_seconds() { return std::exchange(seconds_, 0); }

template <class Call>
Work Timed::timed(Call const& call) {
  Stopwatch const watch(seconds_);
  return Work(std::make_unique<TimedWait>(call(), seconds_));
}

Work Timed::all_reduce(void* data, std::size_t count, Type type, Op op, Device device) {
  return timed([&] { return inner_.all_reduce(data, count, type, op, device); });
}

Work Timed::reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                           Device device) {
  return timed([&] { return inner_.reduce_scatter(data, shard, counts, type, device); });
}

Work Timed::all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type, Device device) {
  return timed([&] { return inner_.all_gather(shard, data, counts, type, device); });
}

Work Timed::scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
                    Device device) {
  return timed([&] { return inner_.scatter(data, shard, counts, type, root, device); });
}

Work Timed::broadcast(void* data, std::size_t count, Type type, int root, Device device) {
  return timed([&] { return inner_.broadcast(data, count, type, root, device); });
}

void Timed::barrier() {
  Stopwatch const watch(seconds_);
  inner_.barrier();
}

}  // namespace tartan::comm
