#include "cores.hpp"
#include "types.hpp"

namespace tartan::comm {
namespace {

Work copy_own(void const* from, void* into, std::span<std::size_t const> counts, Type type, Device device) {
  require_counts(counts, 1);
  if (from != into) require_host(device);
  copy_elements(from, into, counts[0], type);
  return {};
}

class LocalCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int local_rank() const override { return 0; }
  int local_size() const override { return 1; }
  double cores() const override { return within_quota(fair_share(allowed_cores(), allowed_cores()), cpu_quota()); }
  bool takes(Device device) const override { return device == Device::host; }

  Work all_reduce(void*, std::size_t, Type, Op, Device) override { return {}; }
  Work broadcast(void*, std::size_t, Type, int root, Device) override {
    require_root(root, 1);
    return {};
  }
  Work reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                      Device device) override {
    return copy_own(data, shard, counts, type, device);
  }
  Work all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type,
                  Device device) override {
    return copy_own(shard, data, counts, type, device);
  }
  Work scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
               Device device) override {
    require_root(root, 1);
    return copy_own(data, shard, counts, type, device);
  }
  void barrier() override {}
};

}  // namespace

std::unique_ptr<Communicator> make_local() { return std::make_unique<LocalCommunicator>(); }

}  // namespace tartan::comm
