#include "staging.hpp"

namespace tartan::comm {

StagingPool::Buffer StagingPool::borrow(std::size_t bytes) {
  Buffer buffer;
  if (bytes == 0) return buffer;
  if (!free_.empty()) {
    buffer = std::move(free_.back());
    free_.pop_back();
  }
  if (buffer.size() < bytes) buffer = Buffer(bytes);
  return buffer;
}

void StagingPool::give_back(Buffer buffer) {
  if (!buffer.empty()) free_.push_back(std::move(buffer));
}

}  // namespace tartan::comm
