// NCCL's communicator under the suites: with `--real` on a GPU for each rank, else on a fake of NCCL and the GPU.
#include "on_gpu.hpp"
#include "suite_calls.hpp"
#include "suite_joining.hpp"
#include "suite_promises.hpp"

#include <tartan/comm/mpi.hpp>
#include <tartan/core/log.hpp>

#include <cstring>
#include <filesystem>

namespace tartan::comm::suite {
namespace {

Communicator *host = nullptr, *gpus = nullptr, *on_gpu = nullptr;

TEST(Nccl, BuffersInHostMemoryStillGoByMpi) {
  EXPECT_TRUE(gpus->takes(Device::host) && gpus->takes(Device::cuda));
  EXPECT_EQ(sum_of(*gpus, 1), gpus->size());
  EXPECT_EQ(broadcast_text(*gpus, gpus->rank() == 0 ? "said" : ""), "said");
  auto const counts = uneven_counts();
  auto const whole = whole_numbers<float>(0, total(counts));
  std::vector<float> shard(counts[own_rank()]), gathered(whole.size());
  gpus->scatter(whole.data(), shard.data(), counts, Type::float32, 0).wait();
  EXPECT_EQ(shard, own_part(whole, counts));
  gpus->all_gather(shard.data(), gathered.data(), counts, Type::float32).wait();
  EXPECT_EQ(gathered, whole);
  gpus->reduce_scatter(gathered.data(), shard.data(), counts, Type::float32).wait();
  for (std::size_t i = 0; i < shard.size(); ++i)
    EXPECT_EQ(shard[i], own_part(whole, counts)[i] * static_cast<float>(gpus->size()));
}

TEST(Nccl, CallsSeeWhatTheCallersStreamWroteBeforeThem) {
  std::vector<double> const values(1'000'003, 2);
  GpuMemory memory(values.size() * sizeof(double));
  memory.write(std::vector<double>(values.size(), 1).data(), values.size() * sizeof(double));
  memory.write(values.data(), values.size() * sizeof(double));
  gpus->all_reduce(memory.data(), values.size(), Type::float64, Op::sum, Device::cuda).wait();
  std::vector<double> sums(values.size());
  memory.read(sums.data(), sums.size() * sizeof(double));
  EXPECT_TRUE(sums == std::vector<double>(values.size(), 2.0 * gpus->size()));
}

int run_tests(int& argc, char**& argv) {
  MpiSession session(argc, argv);
  auto const comm = session.world();
  set_log_rank(comm->rank(), comm->size());
  host = comm.get();
  auto const joined = join_gpus(*comm, numbered_gpu(comm->local_rank()), Transport::nccl);
  OnGpu subject_on_gpu(*joined);
  gpus = joined.get();
  on_gpu = &subject_on_gpu;
  if (comm->rank() != 0) GTEST_FLAG_SET(brief, true);
  std::int64_t failed = RUN_ALL_TESTS();
  comm->all_reduce(&failed, 1, Type::int64, Op::max).wait();
  return failed == 0 ? 0 : 1;
}

void load(char const* library) {
  if (dlopen(library, RTLD_NOW | RTLD_GLOBAL) == nullptr) fail_usage(dlerror());
}

}  // namespace

Communicator& subject() { return *on_gpu; }
Communicator& world() { return *host; }

}  // namespace tartan::comm::suite

int main(int argc, char** argv) {
  using namespace tartan::comm;
  ::testing::InitGoogleTest(&argc, argv);
  bool const real = argc == 2 && std::strcmp(argv[1], "--real") == 0;
  if (real && !std::filesystem::exists("/dev/nvidiactl")) {
    std::puts("skipped: no GPU here");
    return 0;
  }
  try {
    if (real) {
      suite::load(TARTAN_LIB_CUDART);
      suite::load(TARTAN_LIB_NCCL);
    } else {
      suite::load(TARTAN_FAKE_NCCL);
    }
    return suite::run_tests(argc, argv);
  } catch (tartan::Error const& error) {
    tartan::log_local(error.what());
    MpiSession::abort(static_cast<int>(error.status()));
  }
}
