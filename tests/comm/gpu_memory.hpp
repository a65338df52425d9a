#pragma once

#include <cstddef>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <stdexcept>
#include <string>

namespace tartan::comm::suite {

//! A function of the libraries that the program loaded, which it is not linked with.
template <class Function>
Function loaded(char const* name) {
  void* const found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr) throw std::runtime_error(std::string(name) + " is not in this process");
  return reinterpret_cast<Function>(found);
}

//! Memory on the GPU, written and read on the default stream.
class GpuMemory {
 public:
  explicit GpuMemory(std::size_t bytes) {
    check(loaded<decltype(&cudaMalloc)>("cudaMalloc")(&data_, bytes > 0 ? bytes : 1), "cudaMalloc");
  }
  ~GpuMemory() { loaded<decltype(&cudaFree)>("cudaFree")(data_); }
  GpuMemory(GpuMemory const&) = delete;
  GpuMemory& operator=(GpuMemory const&) = delete;

  std::byte* data() { return static_cast<std::byte*>(data_); }

  //! Returns before it is done, as kernels do.
  void write(void const* from, std::size_t bytes) {
    if (bytes == 0) return;
    auto const copy = loaded<decltype(&cudaMemcpyAsync)>("cudaMemcpyAsync");
    check(copy(data_, from, bytes, cudaMemcpyHostToDevice, nullptr), "cudaMemcpyAsync");
  }

  void read(void* into, std::size_t bytes) {
    if (bytes == 0) return;
    auto const copy = loaded<decltype(&cudaMemcpy)>("cudaMemcpy");
    check(copy(into, data_, bytes, cudaMemcpyDeviceToHost), "cudaMemcpy");
  }

 private:
  static void check(cudaError_t code, char const* call) {
    if (code != cudaSuccess) throw std::runtime_error(std::string(call) + " failed in a test");
  }

  void* data_ = nullptr;
};

}  // namespace tartan::comm::suite
