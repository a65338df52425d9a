#pragma once

#include <tartan/comm/communicator.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace tartan::comm {

//! How buffers on GPUs travel between ranks.
enum class Transport {
  automatic,  //!< NCCL where it can be had, else MPI
  mpi,        //!< the caller copies them to host memory and back
  nccl,
};

//! The GPU of this rank.
struct Gpu {
  int index = 0;                          //!< CUDA's number for it in this process
  std::function<void*()> current_stream;  //!< the cudaStream_t that the caller's work is on; asked for at every call
};

//! The ranks of `host` with NCCL for buffers on GPUs, one rank a GPU; calls on host memory still go by `host`, which
//! must outlive it. Null where such buffers have to go by way of host memory; the log says which and why. Where `gpu`
//! is given, CUDA's runtime and NCCL must be loaded (RTLD_GLOBAL). Throws ExitStatus::usage where Transport::nccl
//! cannot be had. Collective.
std::unique_ptr<Communicator> join_gpus(Communicator& host, std::optional<Gpu> const& gpu, Transport transport);

}  // namespace tartan::comm
