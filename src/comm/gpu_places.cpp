#include "gpu_places.hpp"

#include <tartan/core/hash.hpp>

#include <bit>
#include <fstream>
#include <iterator>

namespace tartan::comm {

// The boot id tells nodes apart, and is the same in all containers of a node.
std::int64_t gpu_place(std::string const& pci_address) {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string const boot{std::istreambuf_iterator<char>(in), {}};
  return std::bit_cast<std::int64_t>(hash_bytes(boot + pci_address));
}

std::optional<std::pair<int, int>> first_to_share(std::span<std::int64_t const> places) {
  for (std::size_t second = 1; second < places.size(); ++second)
    for (std::size_t first = 0; first < second; ++first)
      if (places[first] == places[second]) return std::pair(static_cast<int>(first), static_cast<int>(second));
  return std::nullopt;
}

}  // namespace tartan::comm
