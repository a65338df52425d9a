#pragma once

#include <cstddef>
#include <cuda_runtime_api.h>
#include <deque>
#include <functional>

//! A stream of a GPU that is played on host memory, as lazy as a real one may be: work lies until an event behind it is
//! asked for, so whoever forgets to wait sees old values.
struct CUstream_st {
  std::deque<std::function<void()>> work;
  std::size_t done = 0;

  std::size_t end() const { return done + work.size(); }
  void run_to(std::size_t position) {
    while (done < position) {
      auto const next = std::move(work.front());
      work.pop_front();
      ++done;
      next();
    }
  }
};

struct CUevent_st {
  CUstream_st* stream = nullptr;
  std::size_t position = 0;
  bool asked = false;
};

namespace tartan::comm::fake {

CUstream_st& stream_of(cudaStream_t handle);  //!< null is the default stream

//! Whether a pointer is null or to memory that cudaMalloc gave: NCCL shall see no other.
bool may_be_on_gpu(void const* pointer);

//! Whether a rank was lost (fake_lose_a_rank): nothing between ranks is done any more until the abort.
inline bool lost_a_rank = false;

}  // namespace tartan::comm::fake
