#include <tartan/comm/timed.hpp>

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

namespace tartan::comm {
namespace {

constexpr std::chrono::milliseconds pause{20};

struct Slow final : Work::Pending {
  void wait() override { std::this_thread::sleep_for(pause); }
};

//! One rank whose every wait takes a while.
class SlowCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int local_rank() const override { return 0; }
  int local_size() const override { return 1; }
  double cores() const override { return 1; }
  bool takes(Device device) const override { return device == Device::host; }
  Work all_reduce(void*, std::size_t, Type, Op, Device) override { return slow(); }
  Work reduce_scatter(void const*, void*, std::span<std::size_t const>, Type, Device) override { return slow(); }
  Work all_gather(void const*, void*, std::span<std::size_t const>, Type, Device) override { return slow(); }
  Work scatter(void const*, void*, std::span<std::size_t const>, Type, int, Device) override { return slow(); }
  Work broadcast(void*, std::size_t, Type, int, Device) override { return slow(); }
  void barrier() override { std::this_thread::sleep_for(pause); }

 private:
  static Work slow() { return Work(std::make_unique<Slow>()); }
};

TEST(Timed, CountsWaitsAndNothingElse) {
  SlowCommunicator inner;
  Timed comm(inner);
  double value = 3;
  Work work = comm.all_reduce(&value, 1, Type::float64);
  std::this_thread::sleep_for(pause);  // work of one's own
  double const before = comm.take_seconds();
  work.wait();
  double const waited = comm.take_seconds();
  EXPECT_LT(before, waited);
  EXPECT_GE(waited, 0.02);
  EXPECT_EQ(comm.take_seconds(), 0);
}

TEST(Timed, CountsEveryKindOfCall) {
  SlowCommunicator inner;
  Timed comm(inner);
  double value = 3, shard = 0;
  std::size_t const counts[] = {1};
  auto const seconds = [&](auto const& call) { return call(), comm.take_seconds(); };
  EXPECT_GE(seconds([&] { comm.reduce_scatter(&value, &shard, counts, Type::float64).wait(); }), 0.02);
  EXPECT_GE(seconds([&] { comm.all_gather(&shard, &value, counts, Type::float64).wait(); }), 0.02);
  EXPECT_GE(seconds([&] { comm.scatter(&value, &shard, counts, Type::float64, 0).wait(); }), 0.02);
  EXPECT_GE(seconds([&] { comm.broadcast(&value, 1, Type::float64, 0).wait(); }), 0.02);
  EXPECT_GE(seconds([&] { comm.barrier(); }), 0.02);
}

TEST(Timed, PassesResultsOn) {
  auto const inner = make_local();
  Timed comm(*inner);
  double const value = 3;
  double shard = 0;
  std::size_t const counts[] = {1};
  comm.reduce_scatter(&value, &shard, counts, Type::float64).wait();
  EXPECT_EQ(shard, 3);
  EXPECT_EQ(comm.size(), 1);
}

}  // namespace
}  // namespace tartan::comm
