#pragma once

#include <cuda_runtime_api.h>
#include <nccl.h>
#include <string>

namespace tartan::comm {

//! What NCCL has to say to a failure.
std::string words_for(ncclResult_t code);

//! Throw ExitStatus::rank_failed, naming the call and the library's own words, unless `code` is a success.
void check_cuda(cudaError_t code, char const* call);
void check_nccl(ncclResult_t code, char const* call);

}  // namespace tartan::comm

#define TARTAN_CUDA(call) ::tartan::comm::check_cuda((call), #call)
#define TARTAN_NCCL(call) ::tartan::comm::check_nccl((call), #call)
