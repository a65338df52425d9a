#include <tartan/core/error.hpp>
#include <tartan/model/device.hpp>

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <malloc.h>

namespace tartan::model {
namespace {

//! Number of GPUs, 0 where there is none; loads libtorch_cuda.so, which registers its kernels.
std::int64_t count_gpus(std::string& why) {
  if (!std::filesystem::exists("/dev/nvidiactl")) {
    why = "no NVIDIA device on this machine";
    return 0;
  }
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    why = dlerror();
    return 0;
  }
  if (!at::detail::getCUDAHooks().hasCUDA()) {
    why = "LibTorch sees no usable GPU";
    return 0;
  }
  return at::detail::getCUDAHooks().deviceCount();
}

}  // namespace

at::Device choose_device(DeviceChoice choice, int local_rank) {
  if (choice == DeviceChoice::cpu) return at::kCPU;
  std::string why;
  std::int64_t const gpus = count_gpus(why);
  if (gpus > 0) return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(local_rank % gpus));
  if (choice == DeviceChoice::cuda)
    fail_usage("device = cuda, but there is no GPU to use (" + why + "); set model.device = cpu");
  return at::kCPU;
}

void set_threads(double cores) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  if (std::getenv("OMP_NUM_THREADS") == nullptr)
    at::set_num_threads(std::max(1, static_cast<int>(std::floor(cores + 1e-6))));
}

}  // namespace tartan::model
