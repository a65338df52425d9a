#pragma once

#include <tartan/comm/mpi.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>

#include <gtest/gtest.h>
#include <memory>

namespace tartan::train {

//! Runs the program's tests on all ranks of the job and reports the worst rank's result. `world` is theirs meanwhile.
inline int mpi_main(int argc, char** argv, comm::Communicator*& world) {
  try {
    comm::MpiSession session(argc, argv);
    auto const comm = session.world();
    set_log_rank(comm->rank(), comm->size());
    world = comm.get();
    if (comm->rank() != 0) GTEST_FLAG_SET(brief, true);
    ::testing::InitGoogleTest(&argc, argv);
    std::int64_t failed = RUN_ALL_TESTS();
    comm->all_reduce(&failed, 1, comm::Type::int64, comm::Op::max).wait();
    return failed == 0 ? 0 : 1;
  } catch (Error const& error) {
    log_local(error.what());
    comm::MpiSession::abort(static_cast<int>(error.status()));
  }
}

}  // namespace tartan::train
