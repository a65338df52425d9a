#include "communicator.hpp"

#include "../stretches.hpp"
#include "group.hpp"
#include "types.hpp"

#include <thread>

namespace tartan::comm {
namespace {

//! What a stream was given so far. Asks NCCL for failures meanwhile: a lost rank's messages never come.
class Call final : public Work::Pending {
 public:
  Call(Stream const& stream, std::shared_ptr<Clique> clique) : done_(stream.get()), clique_(std::move(clique)) {}
  void wait() override {
    while (!done_.is_reached()) {
      clique_->check();
      std::this_thread::yield();
    }
  }

 private:
  Event done_;
  std::shared_ptr<Clique> clique_;
};

}  // namespace

NcclCommunicator::NcclCommunicator(Communicator& host, Gpu const& gpu)
    : host_(host), current_stream_(gpu.current_stream), stream_(gpu.index), clique_(std::make_shared<Clique>(host)) {}

//! `post` gets what every call of NCCL ends with.
template <class Post>
Work NcclCommunicator::start(Post const& post) {
  stream_.wait_for(Event(static_cast<cudaStream_t>(current_stream_())));
  Group group;
  post(clique_->get(), stream_.get());
  group.launch();
  return Work(std::make_unique<Call>(stream_, clique_));
}

Work NcclCommunicator::all_reduce(void* data, std::size_t count, Type type, Op op, Device device) {
  if (device == Device::host) return host_.all_reduce(data, count, type, op);
  return start([&](ncclComm_t comm, cudaStream_t stream) {
    TARTAN_NCCL(ncclAllReduce(data, data, count, nccl_type(type), nccl_op(op), comm, stream));
  });
}

Work NcclCommunicator::reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                                      Device device) {
  if (device == Device::host) return host_.reduce_scatter(data, shard, counts, type);
  require_counts(counts, size());
  return start([&](ncclComm_t comm, cudaStream_t stream) {
    if (are_equal(counts)) {
      TARTAN_NCCL(ncclReduceScatter(data, shard, counts[0], nccl_type(type), ncclSum, comm, stream));
      return;
    }
    for (auto const [to, first, count] : stretches_of(counts))
      TARTAN_NCCL(ncclReduce(at(data, first, type), shard, count, nccl_type(type), ncclSum, to, comm, stream));
  });
}

Work NcclCommunicator::all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type,
                                  Device device) {
  if (device == Device::host) return host_.all_gather(shard, data, counts, type);
  require_counts(counts, size());
  return start([&](ncclComm_t comm, cudaStream_t stream) {
    if (are_equal(counts)) {
      TARTAN_NCCL(ncclAllGather(shard, data, counts[0], nccl_type(type), comm, stream));
      return;
    }
    for (auto const [from, first, count] : stretches_of(counts))
      TARTAN_NCCL(ncclBroadcast(shard, at(data, first, type), count, nccl_type(type), from, comm, stream));
  });
}

Work NcclCommunicator::scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
                               Device device) {
  if (device == Device::host) return host_.scatter(data, shard, counts, type, root);
  require_counts(counts, size());
  require_root(root, size());
  return start([&](ncclComm_t comm, cudaStream_t stream) {
    for (auto const [to, first, count] : stretches_of(counts)) {
      if (rank() == root) TARTAN_NCCL(ncclSend(at(data, first, type), count, nccl_type(type), to, comm, stream));
      if (rank() == to) TARTAN_NCCL(ncclRecv(shard, count, nccl_type(type), root, comm, stream));
    }
  });
}

Work NcclCommunicator::broadcast(void* data, std::size_t count, Type type, int root, Device device) {
  if (device == Device::host) return host_.broadcast(data, count, type, root);
  require_root(root, size());
  return start([&](ncclComm_t comm, cudaStream_t stream) {
    TARTAN_NCCL(ncclBroadcast(data, data, count, nccl_type(type), root, comm, stream));
  });
}

}  // namespace tartan::comm
