#pragma once

#include "subject.hpp"

namespace tartan::comm::suite {

// What those communicators promise that know host memory alone.

TEST(Communicator, ReduceScatterAddsInRankOrderBitForBit) {
  auto const counts = long_counts();
  auto const values = awkward_numbers(own_rank(), total(counts));
  auto expected = awkward_numbers(0, total(counts));
  for (std::size_t rank = 1; rank < num_ranks(); ++rank) {
    auto const addend = awkward_numbers(rank, expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += addend[i];
  }
  std::vector<float> shard(counts[own_rank()]);
  subject().reduce_scatter(values.data(), shard.data(), counts, Type::float32).wait();
  EXPECT_TRUE(shard == own_part(expected, counts));
}

TEST(Communicator, RefusesToReadBuffersOfAGpu) {
  auto const counts = uneven_counts();
  try {
    subject().reduce_scatter(nullptr, &subject(), counts, Type::float32, Device::cuda).wait();
    FAIL() << "a GPU buffer was accepted";
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::usage);
    EXPECT_NE(std::string(error.what()).find("NCCL"), std::string::npos);
  }
}

}  // namespace tartan::comm::suite
