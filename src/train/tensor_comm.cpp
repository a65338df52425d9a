#include "tensor_comm.hpp"

#include <c10/core/impl/VirtualGuardImpl.h>

#include <numeric>

namespace tartan::train {
namespace {

comm::Type type_of(at::Tensor const& t) {
  return t.scalar_type() == at::kDouble ? comm::Type::float64 : comm::Type::float32;
}

//! Host memory for `t`: its own, or a buffer of the same size.
at::Tensor host_memory(at::Tensor const& t, Route route) {
  if (route == Route::direct || !t.defined()) return t;
  return at::empty(t.sizes(), t.options().device(at::kCPU).pinned_memory(t.is_cuda()));
}

at::Tensor host_copy(at::Tensor const& t, Route route) {
  at::Tensor const host = host_memory(t, route);
  if (route == Route::host && t.defined()) host.copy_(t);
  return host;
}

//! Takes the result from host memory to where it belongs, and keeps what is sent until then.
class Return final : public comm::Work::Pending {
 public:
  Return(comm::Work work, at::Tensor sent, at::Tensor host, at::Tensor to)
      : sent_(std::move(sent)), host_(std::move(host)), to_(std::move(to)), work_(std::move(work)) {}
  void wait() override {
    work_.wait();
    to_.copy_(host_);
  }

 private:
  at::Tensor sent_, host_, to_;
  comm::Work work_;  // last: gone before the memory that it uses
};

//! Where the buffers of a call on `t` live.
comm::Device place(at::Tensor const& t, Route route) {
  return route == Route::host ? comm::Device::host : place_of(t.device());
}

comm::Work returning(comm::Work work, at::Tensor sent, at::Tensor host, at::Tensor const& to, Route route) {
  if (route == Route::direct) return work;
  return comm::Work(std::make_unique<Return>(std::move(work), std::move(sent), std::move(host), to));
}

}  // namespace

std::optional<comm::Gpu> gpu_of(at::Device device) {
  if (!device.is_cuda()) return std::nullopt;
  return comm::Gpu{device.index(),
                   [device] { return c10::impl::VirtualGuardImpl(device.type()).getStream(device).native_handle(); }};
}

comm::Work reduce_scatter(comm::Communicator& comm, at::Tensor const& data, at::Tensor const& shard,
                          std::vector<std::size_t> const& counts, Route route) {
  at::Tensor sent = host_copy(data, route), host = host_memory(shard, route);
  auto work =
      comm.reduce_scatter(sent.const_data_ptr(), host.mutable_data_ptr(), counts, type_of(data), place(data, route));
  return returning(std::move(work), std::move(sent), std::move(host), shard, route);
}

comm::Work all_gather(comm::Communicator& comm, at::Tensor const& shard, at::Tensor const& data,
                      std::vector<std::size_t> const& counts, Route route) {
  at::Tensor sent = host_copy(shard, route), host = host_memory(data, route);
  auto work =
      comm.all_gather(sent.const_data_ptr(), host.mutable_data_ptr(), counts, type_of(data), place(data, route));
  return returning(std::move(work), std::move(sent), std::move(host), data, route);
}

comm::Work broadcast(comm::Communicator& comm, at::Tensor const& data, int root, Route route) {
  at::Tensor host = comm.rank() == root ? host_copy(data, route) : host_memory(data, route);
  auto work = comm.broadcast(host.mutable_data_ptr(), static_cast<std::size_t>(data.numel()), type_of(data), root,
                             place(data, route));
  return returning(std::move(work), {}, std::move(host), data, route);
}

comm::Work scatter(comm::Communicator& comm, at::Tensor const& data, at::Tensor const& shard,
                   std::vector<std::size_t> const& counts, int root, Route route) {
  at::Tensor sent = host_copy(data, route), host = host_memory(shard, route);
  void const* const from = sent.defined() ? sent.const_data_ptr() : nullptr;
  auto work = comm.scatter(from, host.mutable_data_ptr(), counts, type_of(shard), root, place(shard, route));
  return returning(std::move(work), std::move(sent), std::move(host), shard, route);
}

std::vector<at::Tensor> sum_over_ranks(comm::Communicator& comm, std::vector<at::Tensor> const& own) {
  std::vector<at::Tensor> flat;
  for (auto const& one : own) flat.push_back(one.reshape({-1}));
  at::Tensor const all = at::cat(flat), host = host_copy(all, route_of(comm, all));
  comm.all_reduce(host.mutable_data_ptr(), static_cast<std::size_t>(host.numel()), type_of(host), comm::Op::sum,
                  place_of(host.device()))
      .wait();
  if (!host.is_same(all)) all.copy_(host);
  std::vector<at::Tensor> result;
  std::int64_t begin = 0;
  for (auto const& one : own) {
    result.push_back(all.narrow(0, begin, one.numel()).view(one.sizes()));
    begin += one.numel();
  }
  return result;
}

task::RowsOfRanks gather_rows(comm::Communicator& comm, at::Tensor const& own, Route route) {
  if (comm.size() == 1) return {own};
  std::vector<std::int64_t> rows(static_cast<std::size_t>(comm.size()), 0);
  rows[static_cast<std::size_t>(comm.rank())] = own.size(0);
  comm.all_reduce(rows.data(), rows.size(), comm::Type::int64).wait();
  std::vector<std::size_t> counts;
  for (auto const n : rows) counts.push_back(static_cast<std::size_t>(n * own.size(1)));
  std::int64_t const first = std::accumulate(rows.begin(), rows.begin() + comm.rank(), std::int64_t{0});
  std::int64_t const after = first + own.size(0), sum = std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
  at::Tensor const sent = own.detach().contiguous(), all = at::empty({sum, own.size(1)}, sent.options());
  all_gather(comm, sent, all, counts, route).wait();
  return {at::cat({all.narrow(0, 0, first), own, all.narrow(0, after, sum - after)}), first};
}

}  // namespace tartan::train
