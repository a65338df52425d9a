#pragma once

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace tartan::comm {

//! Throws ExitStatus::rank_failed, naming the call and the library's own words, unless `code` is MPI_SUCCESS.
void check_mpi(int code, char const* call);

}  // namespace tartan::comm

#define TARTAN_MPI(call) ::tartan::comm::check_mpi((call), #call)
