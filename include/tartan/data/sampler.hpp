#pragma once

#include <tartan/core/random.hpp>

#include <cstdint>
#include <vector>

namespace tartan::data {

enum class Shuffle {
  full,    //!< one keyed permutation per epoch
  blocks,  //!< keyed order of blocks of neighbours, keyed order within each: for corpora on slow disks
};

//! The endless stream of a data set's examples, epoch after epoch, each epoch in its own keyed order. Stateless: any
//! stretch in O(its length). `size` > 0.
class Sampler {
 public:
  static constexpr std::uint64_t block_examples = 4096;
  Sampler(Key key, std::uint64_t size, Shuffle shuffle = Shuffle::full);
  std::uint64_t at(std::uint64_t position) const;
  std::vector<std::uint64_t> draw(std::uint64_t first,
                                  std::uint64_t count) const;  //!< positions [first, first + count)

 private:
  std::uint64_t within(Key epoch_key, std::uint64_t index) const;
  std::uint64_t within_blocks(Key epoch_key, std::uint64_t index) const;
  Key key_;
  std::uint64_t size_;
  Shuffle shuffle_;
};

//! Which rank takes which example of a step, by token count, from lengths that every rank knows (no communication):
//! longest first to the least loaded rank. `loads` (tokens per rank) carries over from task to task and micro-batch to
//! micro-batch; rank 0's starts at the probe's cost. Rank 0 gets at least min(min_rank0, fair share) examples: the
//! first, so that their lengths say nothing. Returns
//! for each rank the indices into `lengths`, ascending.
std::vector<std::vector<std::size_t>> share(std::vector<std::int64_t> const& lengths, std::vector<std::int64_t>& loads,
                                            std::size_t min_rank0);

}  // namespace tartan::data
