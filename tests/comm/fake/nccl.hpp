#pragma once

#include "gpu.hpp"

#include <initializer_list>

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#include <nccl.h>

struct ncclComm {
  MPI_Comm mpi = MPI_COMM_NULL;
  bool aborted = false;
};

namespace tartan::comm::fake {

using Post = std::function<void(MPI_Comm, MPI_Request*)>;

//! Adds a call with these buffers to the group that is open.
ncclResult_t add(ncclComm_t comm, cudaStream_t stream, std::initializer_list<void const*> buffers, Post call);

inline int rank_in(MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  return rank;
}

}  // namespace tartan::comm::fake
