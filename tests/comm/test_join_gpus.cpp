#include "comm/gpu_places.hpp"
#include "comm/nccl_module.hpp"

#include <tartan/core/error.hpp>

#include <array>
#include <dlfcn.h>
#include <gtest/gtest.h>

namespace tartan::comm {
namespace {

std::string const lib_cudart = TARTAN_LIB_CUDART, lib_nccl = TARTAN_LIB_NCCL;

TEST(JoinGpus, OneRankHasNothingToSend) {
  EXPECT_EQ(join_gpus(*make_local(), std::nullopt, Transport::automatic), nullptr);
  EXPECT_EQ(join_gpus(*make_local(), std::nullopt, Transport::mpi), nullptr);
}

TEST(JoinGpus, NcclWithoutAGpuIsRefused) {
  try {
    join_gpus(*make_local(), std::nullopt, Transport::nccl);
    FAIL() << "NCCL was had without a GPU";
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::usage);
    EXPECT_STREQ(error.what(), "run.comm = nccl, but rank 0 has no GPU; set run.comm = auto");
  }
}

TEST(JoinGpus, TheFirstRanksThatShareAGpuAreFound) {
  EXPECT_EQ(first_to_share(std::array<std::int64_t, 4>{4, 3, 2, 1}), std::nullopt);
  EXPECT_EQ(first_to_share(std::array<std::int64_t, 4>{4, 3, 4, 3}), std::pair(0, 2));
  EXPECT_EQ(first_to_share(std::array<std::int64_t, 3>{4, 3, 3}), std::pair(1, 2));
  EXPECT_EQ(gpu_place("0000:01:00.0"), gpu_place("0000:01:00.0"));
  EXPECT_NE(gpu_place("0000:01:00.0"), gpu_place("0000:02:00.0"));
}

//! The module is linked with neither library, so it loads where both are in the process, and only there.
TEST(NcclModule, UsesTheLibrariesOfTheProcess) {
  if (!TARTAN_HAS_NCCL) GTEST_SKIP() << "libtartan_nccl.so is not built: no headers of NCCL and CUDA's runtime";
  std::string problem;
  EXPECT_EQ(load_nccl_module(problem), nullptr);
  EXPECT_NE(problem.find("undefined symbol: "), std::string::npos) << problem;
  for (auto const& library : {lib_cudart, lib_nccl})
    if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) GTEST_SKIP() << dlerror();
  NcclModule const* const module = load_nccl_module(problem);
  ASSERT_NE(module, nullptr) << problem;
  EXPECT_TRUE(module->version().starts_with("2.")) << module->version();
  try {
    FAIL() << "there is a GPU at " << module->address_of(4096);
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::rank_failed);
    EXPECT_EQ(std::string(error.what()).find("cudaDeviceGetPCIBusId"), 0U) << error.what();
  }
}

}  // namespace
}  // namespace tartan::comm
