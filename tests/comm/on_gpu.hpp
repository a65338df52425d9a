#pragma once

#include "comm/types.hpp"
#include "gpu_memory.hpp"

#include <list>

namespace tartan::comm::suite {

//! A call on copies in GPU memory of buffers in host memory; `wait` brings back what it changed.
class CallOnGpu final : public Work::Pending {
 public:
  void* bring(void const* host, std::size_t bytes) {
    GpuMemory& memory = memory_.emplace_back(bytes);
    if (host != nullptr) memory.write(host, bytes);
    return memory.data();
  }
  void bring_back(void* host, std::size_t bytes) { results_.push_back({&memory_.back(), host, bytes}); }
  void start(Work work) { work_ = std::move(work); }
  void wait() override {
    work_.wait();
    for (auto const& [memory, host, bytes] : results_) memory->read(host, bytes);
  }

 private:
  struct Result {
    GpuMemory* memory;
    void* host;
    std::size_t bytes;
  };
  std::list<GpuMemory> memory_;
  std::vector<Result> results_;
  Work work_;  // last: gone before the memory that it uses
};

//! Takes host memory, as the suites give it, and makes every call on the GPU.
class OnGpu final : public Communicator {
  using Counts = std::span<std::size_t const>;

 public:
  explicit OnGpu(Communicator& gpus) : gpus_(gpus) {}
  int rank() const override { return gpus_.rank(); }
  int size() const override { return gpus_.size(); }
  int local_rank() const override { return gpus_.local_rank(); }
  int local_size() const override { return gpus_.local_size(); }
  double cores() const override { return gpus_.cores(); }
  bool takes(Device device) const override { return gpus_.takes(device); }
  void barrier() override { gpus_.barrier(); }

  Work all_reduce(void* data, std::size_t count, Type type, Op op, Device) override {
    return in_place(data, count * size_of(type),
                    [&](void* there) { return gpus_.all_reduce(there, count, type, op, Device::cuda); });
  }
  Work broadcast(void* data, std::size_t count, Type type, int root, Device) override {
    return in_place(data, count * size_of(type),
                    [&](void* there) { return gpus_.broadcast(there, count, type, root, Device::cuda); });
  }
  Work reduce_scatter(void const* data, void* shard, Counts counts, Type type, Device) override {
    return to_shard(data, shard, counts, type, [&](void const* from, void* into) {
      return gpus_.reduce_scatter(from, into, counts, type, Device::cuda);
    });
  }
  Work scatter(void const* data, void* shard, Counts counts, Type type, int root, Device) override {
    return to_shard(data, shard, counts, type, [&](void const* from, void* into) {
      return gpus_.scatter(from, into, counts, type, root, Device::cuda);
    });
  }
  //! Also in place, where `shard` lies within `data`.
  Work all_gather(void const* shard, void* data, Counts counts, Type type, Device) override {
    auto call = std::make_unique<CallOnGpu>();
    void const* own = call->bring(shard, own_bytes(counts, type));
    std::size_t const bytes = total_bytes(counts, type);
    auto* const there = static_cast<std::byte*>(call->bring(data, bytes));
    std::size_t const offset = reinterpret_cast<std::uintptr_t>(shard) - reinterpret_cast<std::uintptr_t>(data);
    if (offset < bytes) own = there + offset;
    call->bring_back(data, bytes);
    call->start(gpus_.all_gather(own, there, counts, type, Device::cuda));
    return Work(std::move(call));
  }

 private:
  std::size_t own_bytes(Counts counts, Type type) const {
    return counts[static_cast<std::size_t>(rank())] * size_of(type);
  }
  static std::size_t total_bytes(Counts counts, Type type) {
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0}) * size_of(type);
  }

  template <class Start>
  static Work in_place(void* data, std::size_t bytes, Start const& start) {
    auto call = std::make_unique<CallOnGpu>();
    void* const there = call->bring(data, bytes);
    call->bring_back(data, bytes);
    call->start(start(there));
    return Work(std::move(call));
  }

  template <class Start>
  Work to_shard(void const* data, void* shard, Counts counts, Type type, Start const& start) const {
    auto call = std::make_unique<CallOnGpu>();
    void const* const from = call->bring(data, data == nullptr ? 0 : total_bytes(counts, type));
    void* const into = call->bring(nullptr, own_bytes(counts, type));
    call->bring_back(shard, own_bytes(counts, type));
    call->start(start(from, into));
    return Work(std::move(call));
  }

  Communicator& gpus_;
};

}  // namespace tartan::comm::suite
