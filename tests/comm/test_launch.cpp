#include <tartan/comm/mpi.hpp>

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/wait.h>

namespace tartan::comm {
namespace {

class Environment : public ::testing::Test {
 protected:
  void SetUp() override {
    for (char const* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "SLURM_STEP_ID", "SLURM_STEP_NUM_TASKS"})
      ::unsetenv(name);
  }
  void TearDown() override { SetUp(); }
};

TEST_F(Environment, WithoutALauncherThereIsNone) { EXPECT_FALSE(launched_by_mpi()); }

TEST_F(Environment, RecognisesLaunchers) {
  for (char const* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "SLURM_STEP_ID"}) {
    ::setenv(name, "0", 1);
    EXPECT_TRUE(launched_by_mpi()) << name;
    ::unsetenv(name);
  }
}

TEST_F(Environment, InteractiveSlurmShellIsNoLauncher) {
  ::setenv("SLURM_STEP_ID", "4294967290", 1);
  EXPECT_FALSE(launched_by_mpi());
}

TEST_F(Environment, LoneTaskOfSrunIsARankOnlyWithMpi) {
  ::setenv("SLURM_STEP_ID", "0", 1);
  ::setenv("SLURM_STEP_NUM_TASKS", "1", 1);
  EXPECT_FALSE(launched_by_mpi());
  ::setenv("PMIX_RANK", "0", 1);
  EXPECT_TRUE(launched_by_mpi());
}

TEST_F(Environment, SeveralTasksOfSrunAreRanksWithoutMpiToo) {
  ::setenv("SLURM_STEP_ID", "0", 1);
  ::setenv("SLURM_STEP_NUM_TASKS", "2", 1);
  EXPECT_TRUE(launched_by_mpi());
}

//! mpirun's exit status for two ranks of mpi_communicator, which stands beside this program.
int status_of_job(std::string const& argument) {
  auto const program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "mpi_communicator";
  if (!std::filesystem::exists(program)) return -1;
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  std::string const command = "timeout 60 mpirun --oversubscribe --bind-to none -n 2 '" + program.string() + "' " +
                              argument + " >/dev/null 2>&1";
  int const status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

TEST_F(Environment, ARankThatLeavesByExceptionEndsTheJobWithItsStatus) {
  for (char const* rank : {"0", "1"}) {
    int const status = status_of_job(std::string("--throw-on-rank ") + rank);
    if (status == -1) GTEST_SKIP() << "mpi_communicator is not built";
    EXPECT_EQ(status, 65) << "rank " << rank;
  }
}

}  // namespace
}  // namespace tartan::comm
