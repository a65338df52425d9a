#pragma once

#include <tartan/comm/communicator.hpp>

#include <ATen/ATen.h>

#include <vector>

namespace tartan::train {

inline comm::Type type_of(at::Tensor const& t) {
  return t.scalar_type() == at::kDouble ? comm::Type::float64 : comm::Type::float32;
}
inline comm::Device place_of(at::Tensor const& t) { return t.is_cuda() ? comm::Device::cuda : comm::Device::host; }

inline comm::Work reduce_scatter(comm::Communicator& comm, at::Tensor const& data, at::Tensor const& shard,
                                 std::vector<std::size_t> const& counts) {
  return comm.reduce_scatter(data.const_data_ptr(), shard.mutable_data_ptr(), counts, type_of(data), place_of(data));
}
inline comm::Work all_gather(comm::Communicator& comm, at::Tensor const& shard, at::Tensor const& data,
                             std::vector<std::size_t> const& counts) {
  return comm.all_gather(shard.const_data_ptr(), data.mutable_data_ptr(), counts, type_of(data), place_of(data));
}
//! `data` is looked at on the root only.
inline comm::Work scatter(comm::Communicator& comm, at::Tensor const& data, at::Tensor const& shard,
                          std::vector<std::size_t> const& counts, int root) {
  return comm.scatter(data.defined() ? data.const_data_ptr() : nullptr, shard.mutable_data_ptr(), counts,
                      type_of(shard), root, place_of(shard));
}

}  // namespace tartan::train
