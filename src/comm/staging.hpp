#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace tartan::comm {

//! Buffers that are used again: fresh memory costs a page fault every 4 KiB, half of a reduce-scatter's time. One
//! thread.
class StagingPool {
 public:
  using Buffer = std::vector<std::byte>;
  Buffer borrow(std::size_t bytes);  //!< at least so many bytes, content undefined
  void give_back(Buffer buffer);

 private:
  std::vector<Buffer> free_;
};

}  // namespace tartan::comm
