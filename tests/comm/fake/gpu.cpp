// The calls of CUDA's runtime that src/comm/nccl and its tests use.
#include "gpu.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace tartan::comm::fake {
namespace {

std::map<std::byte const*, std::size_t> memory;  // where each piece begins, and its bytes

}  // namespace

bool may_be_on_gpu(void const* pointer) {
  auto const* const place = static_cast<std::byte const*>(pointer);
  auto const after = memory.upper_bound(place);
  if (place == nullptr || after == memory.begin()) return place == nullptr;
  auto const& [begin, bytes] = *std::prev(after);
  return place < begin + bytes;
}

CUstream_st& stream_of(cudaStream_t handle) {
  static CUstream_st default_stream;
  return handle == nullptr ? default_stream : *handle;
}

}  // namespace tartan::comm::fake

using tartan::comm::fake::stream_of;

cudaError_t cudaSetDevice(int) { return cudaSuccess; }
char const* cudaGetErrorString(cudaError_t) { return "an error of the fake GPU"; }

cudaError_t cudaDeviceGetPCIBusId(char* address, int length, int gpu) {
  std::snprintf(address, static_cast<std::size_t>(length), "0000:%02x:00.0", static_cast<unsigned>(gpu));
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** begin, std::size_t bytes) {
  *begin = std::malloc(bytes);
  tartan::comm::fake::memory[static_cast<std::byte*>(*begin)] = bytes;
  return cudaSuccess;
}

// Both this and a copy to host memory wait for the default stream, though not for those of cudaStreamNonBlocking.
cudaError_t cudaFree(void* begin) {
  stream_of(nullptr).run_to(stream_of(nullptr).end());
  tartan::comm::fake::memory.erase(static_cast<std::byte*>(begin));
  std::free(begin);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* into, void const* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  std::vector<char> const taken(static_cast<char const*>(from), static_cast<char const*>(from) + bytes);
  stream_of(stream).work.push_back([=] { std::memcpy(into, taken.data(), taken.size()); });
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* into, void const* from, std::size_t bytes, cudaMemcpyKind) {
  stream_of(nullptr).run_to(stream_of(nullptr).end());
  std::memcpy(into, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  *stream = new CUstream_st;
  return flags == cudaStreamNonBlocking ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  stream->run_to(stream->end());
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  stream_of(stream).work.push_back([awaited = *event] { awaited.stream->run_to(awaited.position); });
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new CUevent_st;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  *event = {&stream_of(stream), stream_of(stream).end()};
  return cudaSuccess;
}

// Never done when first asked; then everything that the stream has: other ranks may wait for what comes later.
cudaError_t cudaEventQuery(cudaEvent_t event) {
  bool const first = !std::exchange(event->asked, true);
  if (first || tartan::comm::fake::lost_a_rank) return cudaErrorNotReady;
  event->stream->run_to(event->stream->end());
  return cudaSuccess;
}
