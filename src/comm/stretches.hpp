#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tartan::comm {

//! One rank's part of a buffer that is laid out by counts.
struct Stretch {
  int rank;
  std::size_t first, count;  // elements
  bool operator==(Stretch const&) const = default;
};

//! The stretches that hold anything, in rank order: NCCL's group is one call for each.
std::vector<Stretch> stretches_of(std::span<std::size_t const> counts);

//! Whether every rank has as much: what NCCL's own reduce-scatter and all-gather ask for.
bool are_equal(std::span<std::size_t const> counts);

}  // namespace tartan::comm
