#pragma once

#include "clique.hpp"
#include "stream.hpp"

#include <tartan/comm/nccl.hpp>

namespace tartan::comm {

//! Calls on GPU buffers by NCCL, on a stream of their own that first waits for the caller's work so far; all others
//! by `host`. Waiting for a call holds up the caller until the GPU is done, so whatever follows sees the result.
class NcclCommunicator final : public Communicator {
 public:
  NcclCommunicator(Communicator& host, Gpu const& gpu);  //!< Collective.
  int rank() const override { return host_.rank(); }
  int size() const override { return host_.size(); }
  int local_rank() const override { return host_.local_rank(); }
  int local_size() const override { return host_.local_size(); }
  double cores() const override { return host_.cores(); }
  bool takes(Device) const override { return true; }

  Work all_reduce(void* data, std::size_t count, Type type, Op op, Device device) override;
  Work reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                      Device device) override;
  Work all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type,
                  Device device) override;
  Work scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
               Device device) override;
  Work broadcast(void* data, std::size_t count, Type type, int root, Device device) override;
  void barrier() override { host_.barrier(); }

 private:
  template <class Post>
  Work start(Post const& post);

  Communicator& host_;
  std::function<void*()> current_stream_;
  Stream stream_;
  std::shared_ptr<Clique> clique_;
};

}  // namespace tartan::comm
