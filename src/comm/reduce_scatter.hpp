#pragma once

#include "messages.hpp"
#include "staging.hpp"

#include <memory>

namespace tartan::comm {

//! Every rank receives its shard from every other and adds in rank order, in `wait`: the same bits for a given number
//! of ranks, whatever the order of arrival. Two ranks need no memory beyond the shard, n ranks n - 2 shards of staging.
class ReduceScatter final : public Work::Pending {
 public:
  ReduceScatter(MPI_Comm comm, int rank, void const* data, void* shard, std::span<std::size_t const> counts, Type type,
                std::shared_ptr<StagingPool> pool);
  void wait() override;

 private:
  Messages messages_;
  std::shared_ptr<StagingPool> pool_;
  StagingPool::Buffer staging_;
  std::vector<void const*> addends_;  // what is added to the shard, in rank order
  void* shard_;
  std::size_t count_;
  Type type_;
};

}  // namespace tartan::comm
