#include "reduce_scatter.hpp"

namespace tartan::comm {
namespace {

template <class Number>
void add(Number* into, Number const* from, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) into[i] = static_cast<Number>(into[i] + from[i]);
}

void add(void* into, void const* from, std::size_t count, Type type) {
  visit_type(type,
             [&]<class Number>(Number) { add(static_cast<Number*>(into), static_cast<Number const*>(from), count); });
}

}  // namespace

ReduceScatter::ReduceScatter(MPI_Comm comm, int rank, void const* data, void* shard,
                             std::span<std::size_t const> counts, Type type, std::shared_ptr<StagingPool> pool)
    : messages_(comm),
      pool_(std::move(pool)),
      shard_(shard),
      count_(counts[static_cast<std::size_t>(rank)]),
      type_(type) {
  int const size = static_cast<int>(counts.size());
  auto const offsets = offsets_of(counts);
  void const* const own = at(data, offsets[static_cast<std::size_t>(rank)], type);
  if (size == 1) {
    copy_elements(own, shard, count_, type);
    return;
  }
  staging_ = pool_->borrow(static_cast<std::size_t>(size - 2) * count_ * size_of(type));

  int const received_in_shard = rank == 0 ? 1 : 0;  // x0 + x1 = x1 + x0, so rank order holds on rank 0 as well
  std::byte* slot = staging_.data();
  for (int peer = 0; peer < size; ++peer) {
    if (peer == rank) {
      addends_.push_back(own);
    } else if (peer == received_in_shard) {
      messages_.receive(shard, count_, type, peer);
    } else {
      messages_.receive(slot, count_, type, peer);
      addends_.push_back(slot);
      slot += count_ * size_of(type);
    }
  }
  for (int step = 1; step < size; ++step) {
    auto const peer = static_cast<std::size_t>((rank + step) % size);
    messages_.send(at(data, offsets[peer], type), counts[peer], type, static_cast<int>(peer));
  }
}

void ReduceScatter::wait() {
  messages_.wait();
  for (void const* addend : addends_) add(shard_, addend, count_, type_);
  pool_->give_back(std::move(staging_));
}

}  // namespace tartan::comm
