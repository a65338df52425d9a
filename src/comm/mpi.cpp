#include "cores.hpp"
#include "messages.hpp"
#include "mpi_world.hpp"
#include "reduce_scatter.hpp"

#include <exception>

namespace tartan::comm {
namespace {

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator();
  ~MpiCommunicator() override;
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int local_rank() const override { return local_rank_; }
  int local_size() const override { return local_size_; }
  double cores() const override { return cores_; }
  bool takes(Device device) const override { return device == Device::host; }

  Work all_reduce(void* data, std::size_t count, Type type, Op op, Device device) override;
  Work reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                      Device device) override;
  Work all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type,
                  Device device) override;
  Work scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
               Device device) override;
  Work broadcast(void* data, std::size_t count, Type type, int root, Device device) override;
  void barrier() override { TARTAN_MPI(MPI_Barrier(comm_)); }

 private:
  void look_at_node();

  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
  int local_rank_ = 0;
  int local_size_ = 1;
  double cores_ = 1;
  std::shared_ptr<StagingPool> staging_ = std::make_shared<StagingPool>();
};

MpiCommunicator::MpiCommunicator() {
  TARTAN_MPI(MPI_Comm_dup(MPI_COMM_WORLD, &comm_));
  TARTAN_MPI(MPI_Comm_rank(comm_, &rank_));
  TARTAN_MPI(MPI_Comm_size(comm_, &size_));
  look_at_node();
}

// Freeing is collective: while an exception is under way other ranks may never come.
MpiCommunicator::~MpiCommunicator() {
  if (std::uncaught_exceptions() == 0) MPI_Comm_free(&comm_);
}

void MpiCommunicator::look_at_node() {
  MPI_Comm node = MPI_COMM_NULL;
  TARTAN_MPI(MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node));
  TARTAN_MPI(MPI_Comm_rank(node, &local_rank_));
  TARTAN_MPI(MPI_Comm_size(node, &local_size_));
  std::vector<int> const mine = allowed_cores();
  std::vector<int> users = mine;
  TARTAN_MPI(MPI_Allreduce(MPI_IN_PLACE, users.data(), static_cast<int>(users.size()), MPI_INT, MPI_SUM, node));
  cores_ = within_quota(fair_share(mine, users), cpu_quota() / local_size_);
  if (rank_ == 0) warn_of_binding(users);
  TARTAN_MPI(MPI_Comm_free(&node));
}

Work MpiCommunicator::all_reduce(void* data, std::size_t count, Type type, Op op, Device device) {
  require_host(device);
  auto messages = std::make_unique<Messages>(comm_);
  messages->all_reduce(data, count, type, op);
  return Work(std::move(messages));
}

Work MpiCommunicator::reduce_scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                                     Device device) {
  require_host(device);
  require_counts(counts, size_);
  return Work(std::make_unique<ReduceScatter>(comm_, rank_, data, shard, counts, type, staging_));
}

Work MpiCommunicator::all_gather(void const* shard, void* data, std::span<std::size_t const> counts, Type type,
                                 Device device) {
  require_host(device);
  require_counts(counts, size_);
  auto const offsets = offsets_of(counts);
  auto const self = static_cast<std::size_t>(rank_);
  auto messages = std::make_unique<Messages>(comm_);
  for (int step = 1; step < size_; ++step) {
    auto const peer = static_cast<std::size_t>((rank_ + size_ - step) % size_);
    messages->receive(at(data, offsets[peer], type), counts[peer], type, static_cast<int>(peer));
  }
  for (int step = 1; step < size_; ++step) messages->send(shard, counts[self], type, (rank_ + step) % size_);
  copy_elements(shard, at(data, offsets[self], type), counts[self], type);
  return Work(std::move(messages));
}

Work MpiCommunicator::scatter(void const* data, void* shard, std::span<std::size_t const> counts, Type type, int root,
                              Device device) {
  require_host(device);
  require_counts(counts, size_);
  require_root(root, size_);
  auto messages = std::make_unique<Messages>(comm_);
  if (rank_ != root) {
    messages->receive(shard, counts[static_cast<std::size_t>(rank_)], type, root);
    return Work(std::move(messages));
  }
  auto const offsets = offsets_of(counts);
  for (std::size_t peer = 0; peer < counts.size(); ++peer) {
    void const* const stretch = at(data, offsets[peer], type);
    if (static_cast<int>(peer) == root)
      copy_elements(stretch, shard, counts[peer], type);
    else
      messages->send(stretch, counts[peer], type, static_cast<int>(peer));
  }
  return Work(std::move(messages));
}

Work MpiCommunicator::broadcast(void* data, std::size_t count, Type type, int root, Device device) {
  require_host(device);
  require_root(root, size_);
  auto messages = std::make_unique<Messages>(comm_);
  messages->broadcast(data, count, type, root);
  return Work(std::move(messages));
}

}  // namespace

std::unique_ptr<Communicator> make_mpi_world() { return std::make_unique<MpiCommunicator>(); }

}  // namespace tartan::comm
