#pragma once

#include <tartan/comm/communicator.hpp>
#include <tartan/comm/watchdog.hpp>

namespace tartan::comm {

//! Another communicator, with a count of the time that its calls and waits took: how long this rank stood still for the
//! others. One that takes longer than `limit_seconds` (0: any time will do) ends the process, see Watchdog. `inner`
//! must outlive it, and it every Work.
class Timed final : public Communicator {
 public:
  explicit Timed(Communicator& inner, double limit_seconds = 0) : inner_(inner), watchdog_(limit_seconds) {}
  //! Seconds since it was last asked.
  double take_seconds();

  int rank() const override { return inner_.rank(); }
  int size() const override { return inner_.size(); }
  int local_rank() const override { return inner_.local_rank(); }
  int local_size() const override { return inner_.local_size(); }
  double cores() const override { return inner_.cores(); }
  bool takes(Device device) const override { return inner_.takes(device); }

  Work all_reduce(void* data, std::size_t count, Type type, Op op = Op::sum, Device device = Device::host) override;
  Work reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                      Device device = Device::host) override;
  Work all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type,
                  Device device = Device::host) override;
  Work scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
               Device device = Device::host) override;
  Work broadcast(void* data, std::size_t count, Type type, int root, Device device = Device::host) override;
  void barrier() override;

 private:
  template <class Call>
  Work timed(char const* name, Call const& call);

  Communicator& inner_;
  double seconds_ = 0;
  Watchdog watchdog_;
};

}  // namespace tartan::comm
