#pragma once

#include <tartan/comm/communicator.hpp>

#include <ATen/ATen.h>

#include <vector>

namespace tartan::train {

//! How a call reaches the communicator: with the tensor's own memory, or by way of a copy in (pinned) host memory.
enum class Route { direct, host };

//! Communicators see host memory only, so a GPU's tensors go by way of it.
inline Route route_of(at::Tensor const& tensor) { return tensor.is_cuda() ? Route::host : Route::direct; }

//! Communicator's calls on contiguous tensors of the same type. Collective.
comm::Work reduce_scatter(comm::Communicator& comm, at::Tensor const& data, at::Tensor const& shard,
                          std::vector<std::size_t> const& counts, Route route);
comm::Work all_gather(comm::Communicator& comm, at::Tensor const& shard, at::Tensor const& data,
                      std::vector<std::size_t> const& counts, Route route);
//! `data` is looked at on the root only.
comm::Work scatter(comm::Communicator& comm, at::Tensor const& data, at::Tensor const& shard,
                   std::vector<std::size_t> const& counts, int root, Route route);

}  // namespace tartan::train
