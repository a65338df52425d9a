#pragma once

#include <tartan/core/error.hpp>
#include <tartan/core/random.hpp>
#include <tartan/data/packed_batch.hpp>

#include <cstdint>

namespace tartan::data {

inline bool is_share(double value) { return value >= 0 && value <= 1; }

//! 32 uniform bits lie below it with that chance.
std::uint64_t threshold(double chance);

//! In [0, bound), from 64 uniform bits.
std::int64_t random_token(std::uint32_t high, std::uint32_t low, std::int64_t bound);

//! Begins `rows` and `targets` anew and calls `change` with each example's first token, the end of its last, and its
//! key for the purpose.
template <class Change>
void for_each_example(PackedBatch& batch, char const* purpose, Change const& change) {
  expects(batch.example_keys.size() == batch.examples.size(), "changing tokens needs a key for each example");
  batch.rows.clear();
  batch.targets.clear();
  auto const start_of = [&](std::size_t example) {
    return batch.encoder.sequence_starts[static_cast<std::size_t>(batch.example_starts[example])];
  };
  for (std::size_t example = 0; example < batch.examples.size(); ++example)
    change(start_of(example), start_of(example + 1), Key(batch.example_keys[example]).with(purpose));
}

}  // namespace tartan::data
