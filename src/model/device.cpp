#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/model/device.hpp>

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <malloc.h>
#include <sched.h>
#include <unistd.h>

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

int allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
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

void set_threads(int local_ranks) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  if (std::getenv("OMP_NUM_THREADS") != nullptr) return;
  int const cores = allowed_cores();
  long const online = sysconf(_SC_NPROCESSORS_ONLN);
  // mpirun binds each rank to its own core: then they are not shared
  int const sharing = cores >= local_ranks && cores == online ? local_ranks : 1;
  if (cores == 1 && online > local_ranks)
    warn("this rank is bound to one core of " + std::to_string(online) + "; start with mpirun --bind-to none");
  at::set_num_threads(std::max(1, cores / sharing));
}

}  // namespace tartan::model
