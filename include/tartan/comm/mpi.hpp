#pragma once

#include <tartan/comm/communicator.hpp>

#include <memory>
#include <string>

namespace tartan::comm {

//! Owns MPI from MPI_Init_thread to MPI_Finalize; errors are returned, not fatal. Declare it before everything that
//! uses MPI. Leaving the scope while an exception is under way skips MPI_Finalize, which would wait for ranks that
//! never come.
class MpiSession {
 public:
  MpiSession(int& argc, char**& argv);
  ~MpiSession();
  MpiSession(MpiSession const&) = delete;
  MpiSession& operator=(MpiSession const&) = delete;

  //! A communicator over all ranks (a duplicate of MPI_COMM_WORLD).
  std::unique_ptr<Communicator> world();
  //! Ends all ranks of the job with this exit status.
  [[noreturn]] static void abort(int status);
};

//! The MPI library's own words of itself, on one line. Needs no session.
std::string mpi_version();

//! Whether this process was started by mpirun or srun, judged from the environment.
bool launched_by_mpi();

}  // namespace tartan::comm
