#include "types.hpp"

#include <cstring>

namespace tartan::comm {

void copy_elements(void const* from, void* into, std::size_t count, Type type) {
  if (count > 0 && from != into) std::memmove(into, from, count * size_of(type));
}

void require_host(Device device) {
  if (device == Device::cuda)
    fail_usage("GPU buffers need NCCL, which this communicator does not use; pass a copy in host memory");
}

void require_counts(std::span<std::size_t const> counts, int size) {
  expects(counts.size() == static_cast<std::size_t>(size), "counts of a communicator's call must name every rank once");
}

void require_root(int root, int size) {
  expects(root >= 0 && root < size, "the root of a communicator's call must be one of its ranks");
}

}  // namespace tartan::comm
