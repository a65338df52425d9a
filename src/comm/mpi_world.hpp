#pragma once

#include <tartan/comm/communicator.hpp>

namespace tartan::comm {

//! A duplicate of MPI_COMM_WORLD. Collective.
std::unique_ptr<Communicator> make_mpi_world();

}  // namespace tartan::comm
