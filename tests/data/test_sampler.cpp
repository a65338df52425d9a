#include <tartan/data/sampler.hpp>

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

namespace tartan::data {
namespace {

using Examples = std::vector<std::uint64_t>;

Key const key = Key(1).with("joint").with("tapt");

class SamplerOrder : public ::testing::TestWithParam<Shuffle> {
 protected:
  Sampler over(std::uint64_t size) const { return Sampler(key, size, GetParam()); }
};

TEST_P(SamplerOrder, EveryEpochHoldsEveryExampleOnce) {
  for (std::uint64_t const size : {1u, 2u, 5u, 4095u, 4096u, 4097u, 8192u, 30000u})
    for (std::uint64_t const epoch : {0u, 1u, 1000u}) {
      Examples examples = over(size).draw(epoch * size, size);
      std::sort(examples.begin(), examples.end());
      Examples all(size);
      std::iota(all.begin(), all.end(), 0);
      EXPECT_EQ(examples, all) << size;
    }
}

TEST_P(SamplerOrder, EpochsDiffer) {
  Sampler const sampler = over(10000);
  EXPECT_NE(sampler.draw(0, 10000), sampler.draw(10000, 10000));
}

TEST_P(SamplerOrder, KeysDiffer) {
  EXPECT_NE(over(10000).draw(0, 100), Sampler(key.with("other"), 10000, GetParam()).draw(0, 100));
}

TEST_P(SamplerOrder, SeekingEqualsReading) {
  Sampler const sampler = over(5000);
  Examples const read = sampler.draw(0, 12000);
  for (std::uint64_t const position : {0u, 1u, 4999u, 5000u, 11999u}) EXPECT_EQ(sampler.at(position), read[position]);
  EXPECT_EQ(sampler.draw(4990, 20), Examples(read.begin() + 4990, read.begin() + 5010));
}

TEST_P(SamplerOrder, SeeksFarInConstantTime) {
  Sampler const sampler = over(std::uint64_t{1} << 40);
  std::uint64_t const far = std::uint64_t{1} << 60;
  EXPECT_EQ(sampler.draw(far, 3)[2], sampler.at(far + 2));
}

INSTANTIATE_TEST_SUITE_P(Each, SamplerOrder, ::testing::Values(Shuffle::full, Shuffle::blocks),
                         [](auto const& test) { return test.param == Shuffle::full ? "Full" : "Blocks"; });

TEST(Sampler, BlocksStayTogetherInKeyedOrder) {
  constexpr std::uint64_t size = 20 * Sampler::block_examples + 100;
  bool short_block_moves = false;
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    Examples const examples = Sampler(key, size, Shuffle::blocks).draw(epoch * size, size);
    Examples blocks;
    for (std::uint64_t const example : examples) blocks.push_back(example / Sampler::block_examples);
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
    EXPECT_EQ(blocks.size(), 21u);
    EXPECT_FALSE(std::is_sorted(blocks.begin(), blocks.end()));
    short_block_moves = short_block_moves || blocks.back() != 20;
  }
  EXPECT_TRUE(short_block_moves);
}

}  // namespace
}  // namespace tartan::data
