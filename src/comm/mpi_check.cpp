#include "mpi_check.hpp"

#include <tartan/core/error.hpp>

#include <string>

namespace tartan::comm {

void check_mpi(int code, char const* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "unknown error";
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(ExitStatus::rank_failed,
              std::string(call) + " failed: " + text +
                  " (another rank or its node may be gone); start the run again with --resume");
}

}  // namespace tartan::comm
