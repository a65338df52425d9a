#pragma once

#include "gpu_memory.hpp"
#include "subject.hpp"

#include <tartan/comm/nccl.hpp>

namespace tartan::comm::suite {

//! All ranks, without NCCL.
Communicator& world();

//! CUDA's GPU of that number, with work on the default stream.
inline Gpu numbered_gpu(int index) {
  return {index, [] { return nullptr; }};
}

//! Who may join by NCCL, and what happens when a rank is lost. On the fake alone, which can be told to fail.
class Joining : public ::testing::Test {
 protected:
  void SetUp() override {
    if (dlsym(RTLD_DEFAULT, "fake_lose_a_rank") == nullptr)
      GTEST_SKIP() << "needs the fake of NCCL: run without --real";
  }
  static void lose_a_rank() { loaded<void (*)()>("fake_lose_a_rank")(); }
  static int aborts() { return *loaded<int*>("fake_aborts"); }
};

TEST_F(Joining, RanksThatShareAGpuGoByHostMemory) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(join_gpus(world(), numbered_gpu(0), Transport::automatic), nullptr);
  std::string const said = ::testing::internal::GetCapturedStderr();
  char const* const why = "gradients on GPUs travel by way of host memory: ranks 0 and 1 share a GPU";
  EXPECT_EQ(said.find(why) != std::string::npos, world().rank() == 0) << said;
}

TEST_F(Joining, NcclIsRefusedWhereRanksShareAGpu) {
  try {
    join_gpus(world(), numbered_gpu(world().rank() / 2), Transport::nccl);
    FAIL() << "two ranks were given one GPU";
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::usage);
    EXPECT_STREQ(error.what(), "run.comm = nccl, but ranks 0 and 1 share a GPU; set run.comm = auto");
  }
}

TEST_F(Joining, ARankWithoutAGpuIsNamedOnAll) {
  std::optional<Gpu> mine;
  if (world().rank() != 1) mine = numbered_gpu(world().rank());
  EXPECT_EQ(join_gpus(world(), mine, Transport::automatic), nullptr);
  try {
    join_gpus(world(), mine, Transport::nccl);
    FAIL() << "a rank on a CPU was accepted";
  } catch (Error const& error) {
    EXPECT_STREQ(error.what(), "run.comm = nccl, but rank 1 has no GPU; set run.comm = auto");
  }
}

TEST_F(Joining, MpiMayBeAskedFor) {
  EXPECT_EQ(join_gpus(world(), numbered_gpu(world().rank()), Transport::mpi), nullptr);
}

TEST_F(Joining, GpusThatCannotBeConnectedAreToldWithAWayOut) {
  *loaded<bool*>("fake_refuses_to_join") = true;
  try {
    join_gpus(world(), numbered_gpu(world().rank()), Transport::automatic);
    ADD_FAILURE() << "nothing was joined";
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::rank_failed);
    EXPECT_NE(std::string(error.what()).find("or set run.comm = mpi"), std::string::npos) << error.what();
  }
  *loaded<bool*>("fake_refuses_to_join") = false;
}

TEST_F(Joining, ALostRankIsToldAndAbortsOnce) {
  int const aborts_before = aborts();
  auto const joined = join_gpus(world(), numbered_gpu(world().rank()), Transport::nccl);
  GpuMemory memory(sizeof(float));
  Work first = joined->all_reduce(memory.data(), 1, Type::float32, Op::sum, Device::cuda);
  Work second = joined->all_reduce(memory.data(), 1, Type::float32, Op::sum, Device::cuda);
  lose_a_rank();
  for (Work* work : {&first, &second}) {
    try {
      work->wait();
      ADD_FAILURE() << "a call with a rank that is gone was waited for";
    } catch (Error const& error) {
      EXPECT_EQ(error.status(), ExitStatus::rank_failed);
      EXPECT_NE(std::string(error.what()).find("start the run again with --resume"), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(aborts(), aborts_before + 1);
}

TEST_F(Joining, LeavingByAnExceptionAborts) {
  int const aborts_before = aborts();
  try {
    auto const joined = join_gpus(world(), numbered_gpu(world().rank()), Transport::nccl);
    fail_data("something else");
  } catch (Error const&) {
  }
  EXPECT_EQ(aborts(), aborts_before + 1);
}

}  // namespace tartan::comm::suite
