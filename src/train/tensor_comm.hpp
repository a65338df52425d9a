#pragma once

#include <tartan/comm/nccl.hpp>
#include <tartan/task/objective.hpp>

#include <ATen/ATen.h>

#include <optional>
#include <vector>

namespace tartan::train {

//! How a call reaches the communicator: with the tensor's own memory, or by way of a copy in (pinned) host memory.
enum class Route { direct, host };

//! Where tensors of a device live, in the communicator's words.
inline comm::Device place_of(at::Device device) { return device.is_cuda() ? comm::Device::cuda : comm::Device::host; }

//! By way of host memory where the communicator does not take the tensor's own.
inline Route route_of(comm::Communicator const& comm, at::Tensor const& tensor) {
  return comm.takes(place_of(tensor.device())) ? Route::direct : Route::host;
}

//! The GPU that a device is, with the stream that LibTorch's work is on; nothing for others.
std::optional<comm::Gpu> gpu_of(at::Device device);

//! Communicator's calls on contiguous tensors of the same type. Collective.
comm::Work reduce_scatter(comm::Communicator& comm, at::Tensor const& data, at::Tensor const& shard,
                          std::vector<std::size_t> const& counts, Route route);
comm::Work all_gather(comm::Communicator& comm, at::Tensor const& shard, at::Tensor const& data,
                      std::vector<std::size_t> const& counts, Route route);
comm::Work broadcast(comm::Communicator& comm, at::Tensor const& data, int root, Route route);
//! `data` is looked at on the root only.
comm::Work scatter(comm::Communicator& comm, at::Tensor const& data, at::Tensor const& shard,
                   std::vector<std::size_t> const& counts, int root, Route route);

//! Sums over ranks of tensors of the same type and device.
std::vector<at::Tensor> sum_over_ranks(comm::Communicator& comm, std::vector<at::Tensor> const& own);

//! Every rank's rows (n, width), of which ranks may have other numbers or none, end to end.
task::RowsOfRanks gather_rows(comm::Communicator& comm, at::Tensor const& own, Route route);

}  // namespace tartan::train
