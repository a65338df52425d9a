#include "stream.hpp"

namespace tartan::comm {

Event::Event(cudaStream_t stream) {
  TARTAN_CUDA(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming));
  TARTAN_CUDA(cudaEventRecord(event_, stream));
}

Event::~Event() { cudaEventDestroy(event_); }

bool Event::is_reached() const {
  cudaError_t const state = cudaEventQuery(event_);
  if (state == cudaErrorNotReady) return false;
  check_cuda(state, "a call on the GPU");
  return true;
}

Stream::Stream(int gpu) {
  TARTAN_CUDA(cudaSetDevice(gpu));
  TARTAN_CUDA(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
}

Stream::~Stream() { cudaStreamDestroy(stream_); }

void Stream::wait_for(Event const& event) { TARTAN_CUDA(cudaStreamWaitEvent(stream_, event.get(), 0)); }

}  // namespace tartan::comm
