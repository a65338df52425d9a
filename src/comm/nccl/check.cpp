#include "check.hpp"

#include <tartan/core/error.hpp>

namespace tartan::comm {
namespace {

[[noreturn]] void fail(char const* call, std::string const& why) {
  throw Error(ExitStatus::rank_failed,
              std::string(call) + " failed: " + why +
                  " (another rank, its node or a GPU may be gone); start the run again with --resume");
}

}  // namespace

std::string words_for(ncclResult_t code) {
  std::string const detail = ncclGetLastError(nullptr);
  return ncclGetErrorString(code) + (detail.empty() ? "" : ": " + detail);
}

void check_cuda(cudaError_t code, char const* call) {
  if (code != cudaSuccess) fail(call, cudaGetErrorString(code));
}

void check_nccl(ncclResult_t code, char const* call) {
  if (code != ncclSuccess && code != ncclInProgress) fail(call, words_for(code));
}

}  // namespace tartan::comm
