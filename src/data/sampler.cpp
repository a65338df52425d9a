#include <tartan/core/error.hpp>
#include <tartan/data/sampler.hpp>

namespace tartan::data {

Sampler::Sampler(Key key, std::uint64_t size, Shuffle shuffle) : key_(key), size_(size), shuffle_(shuffle) {
  expects(size > 0, "a sampler over no examples");
}

std::uint64_t Sampler::at(std::uint64_t position) const {
  return within(key_.with(position / size_), position % size_);
}

std::uint64_t Sampler::within(Key epoch_key, std::uint64_t index) const {
  return shuffle_ == Shuffle::full ? Permutation(epoch_key, size_)(index) : within_blocks(epoch_key, index);
}

// The last block may be short. It gets a slot of its own among the full ones, so that the place of every block follows
// from arithmetic.
std::uint64_t Sampler::within_blocks(Key epoch_key, std::uint64_t index) const {
  std::uint64_t const full_blocks = size_ / block_examples;
  std::uint64_t const short_examples = size_ % block_examples;
  std::uint64_t const short_begin = Stream(epoch_key.with("short block")).below(full_blocks + 1) * block_examples;
  auto const inside = [&](std::uint64_t block, std::uint64_t count, std::uint64_t offset) {
    return block * block_examples + Permutation(epoch_key.with("within").with(block), count)(offset);
  };
  if (index >= short_begin && index < short_begin + short_examples)
    return inside(full_blocks, short_examples, index - short_begin);
  if (index >= short_begin) index -= short_examples;
  std::uint64_t const block = Permutation(epoch_key.with("blocks"), full_blocks)(index / block_examples);
  return inside(block, block_examples, index % block_examples);
}

std::vector<std::uint64_t> Sampler::draw(std::uint64_t first, std::uint64_t count) const {
  std::vector<std::uint64_t> examples(count);
  for (std::uint64_t index = 0; index < count; ++index) examples[index] = at(first + index);
  return examples;
}

}  // namespace tartan::data
