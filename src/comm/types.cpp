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

}  // namespace tartan::comm
