#include "mpi_check.hpp"
#include "mpi_world.hpp"

#include <tartan/comm/mpi.hpp>
#include <tartan/core/error.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

namespace tartan::comm {
namespace {

constexpr long first_reserved_slurm_step = 0xfffffff0;  // batch, interactive and extern steps are no launch of ranks

bool is_one(char const* text) { return text != nullptr && std::string_view(text) == "1"; }

//! Where srun was told of no MPI, its several ranks must not each take itself for the only one; a shell under srun may.
bool among_ranks_of_srun() {
  char const* const step = std::getenv("SLURM_STEP_ID");
  return step != nullptr && std::atol(step) < first_reserved_slurm_step && !is_one(std::getenv("SLURM_STEP_NUM_TASKS"));
}

bool mpi_is_up() {
  int initialized = 0;
  int finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  return initialized && !finalized;
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  TARTAN_MPI(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided));
  TARTAN_MPI(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
  TARTAN_MPI(MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN));
  if (provided < MPI_THREAD_FUNNELED)
    fail_usage("this MPI library supports no threads beside the one that calls it; build it with MPI_THREAD_FUNNELED");
}

MpiSession::~MpiSession() {
  if (std::uncaught_exceptions() == 0) MPI_Finalize();
}

std::unique_ptr<Communicator> MpiSession::world() { return make_mpi_world(); }

void MpiSession::abort(int status) {
  std::fflush(nullptr);
  if (mpi_is_up()) MPI_Abort(MPI_COMM_WORLD, status);
  std::_Exit(status);
}

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  std::string const all(text, static_cast<std::size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));
}

bool launched_by_mpi() {
  for (char const* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"})
    if (std::getenv(name) != nullptr) return true;
  return among_ranks_of_srun();
}

}  // namespace tartan::comm
