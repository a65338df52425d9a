#include "suite_calls.hpp"
#include "suite_host.hpp"
#include "suite_promises.hpp"

#include <tartan/comm/mpi.hpp>
#include <tartan/core/log.hpp>

#include <cstdlib>
#include <cstring>

namespace tartan::comm::suite {
namespace {

Communicator* world = nullptr;

TEST(Mpi, AFailedCallIsReportedNotFatal) {
  if (subject().size() == 1) GTEST_SKIP() << "needs two ranks";
  std::vector<std::size_t> counts(num_ranks(), 0);
  counts[1] = subject().rank() == 0 ? 4 : 1;
  std::vector<float> const data(4);
  std::vector<float> shard(4);
  Work work = subject().scatter(data.data(), shard.data(), counts, Type::float32, 0);
  if (subject().rank() != 1) return work.wait();
  try {
    work.wait();
    ADD_FAILURE() << "a message longer than its buffer was accepted";
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::rank_failed);
    EXPECT_NE(std::string(error.what()).find("MPI_Wait"), std::string::npos) << error.what();
  }
}

//! What a program's `main` does with ranks that part ways: one throws while the others wait for it.
void part_ways(int& argc, char**& argv, int thrower) {
  MpiSession session(argc, argv);
  auto const comm = session.world();
  if (comm->rank() == thrower) fail_data("rank " + std::to_string(thrower) + " was told to fail");
  comm->barrier();
}

int run_tests(int& argc, char**& argv) {
  MpiSession session(argc, argv);
  auto const comm = session.world();
  set_log_rank(comm->rank(), comm->size());
  world = comm.get();
  if (comm->rank() != 0) GTEST_FLAG_SET(brief, true);
  std::int64_t failed = RUN_ALL_TESTS();
  comm->all_reduce(&failed, 1, Type::int64, Op::max).wait();
  return failed == 0 ? 0 : 1;
}

}  // namespace

Communicator& subject() { return *world; }

}  // namespace tartan::comm::suite

int main(int argc, char** argv) {
  using namespace tartan::comm;
  ::testing::InitGoogleTest(&argc, argv);
  try {
    if (argc == 3 && std::strcmp(argv[1], "--throw-on-rank") == 0) {
      suite::part_ways(argc, argv, std::atoi(argv[2]));
      return 0;
    }
    return suite::run_tests(argc, argv);
  } catch (tartan::Error const& error) {
    tartan::log_local(error.what());
    MpiSession::abort(static_cast<int>(error.status()));
  }
}
