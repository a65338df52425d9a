#include <tartan/core/error.hpp>
#include <tartan/data/sampler.hpp>

#include <algorithm>
#include <numeric>

namespace tartan::data {
namespace {

std::vector<std::size_t> longest_first(std::vector<std::int64_t> const& lengths) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  return order;
}

}  // namespace

std::vector<std::vector<std::size_t>> share(std::vector<std::int64_t> const& lengths, std::vector<std::int64_t>& loads,
                                            std::size_t min_rank0) {
  expects(!loads.empty(), "examples shared among no ranks");
  std::size_t const wanted = std::min(min_rank0, lengths.size() / loads.size());
  std::vector<std::vector<std::size_t>> shares(loads.size());
  std::size_t left = lengths.size();
  for (std::size_t const example : longest_first(lengths)) {
    bool const owed = shares[0].size() + left <= wanted;  // rank 0 takes what is left: the shortest
    auto const rank = owed ? 0 : static_cast<std::size_t>(std::min_element(loads.begin(), loads.end()) - loads.begin());
    shares[rank].push_back(example);
    loads[rank] += lengths[example];
    --left;
  }
  for (auto& share_of_rank : shares) std::sort(share_of_rank.begin(), share_of_rank.end());
  return shares;
}

}  // namespace tartan::data
