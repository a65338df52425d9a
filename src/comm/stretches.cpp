#include "stretches.hpp"

#include <algorithm>
#include <functional>

namespace tartan::comm {

std::vector<Stretch> stretches_of(std::span<std::size_t const> counts) {
  std::vector<Stretch> stretches;
  std::size_t first = 0;
  for (std::size_t rank = 0; rank < counts.size(); first += counts[rank++])
    if (counts[rank] > 0) stretches.push_back({static_cast<int>(rank), first, counts[rank]});
  return stretches;
}

bool are_equal(std::span<std::size_t const> counts) {
  return std::ranges::adjacent_find(counts, std::not_equal_to{}) == counts.end();
}

}  // namespace tartan::comm
