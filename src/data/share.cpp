#include <tartan/core/error.hpp>
#include <tartan/data/sampler.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace tartan::data {
namespace {

std::vector<std::size_t> longest_first(std::vector<std::int64_t> const& lengths) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  return order;
}

//! Ranks by load; of equals the lower first.
class LeastLoaded {
 public:
  explicit LeastLoaded(std::vector<std::int64_t> const& loads) {
    for (std::size_t rank = 0; rank < loads.size(); ++rank) put_back(rank, loads[rank]);
  }
  std::size_t take() {
    std::size_t const rank = queue_.top().second;
    queue_.pop();
    return rank;
  }
  void put_back(std::size_t rank, std::int64_t load) { queue_.emplace(load, rank); }

 private:
  using Entry = std::pair<std::int64_t, std::size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
};

}  // namespace

std::vector<std::vector<std::size_t>> share(std::vector<std::int64_t> const& lengths, std::vector<std::int64_t>& loads,
                                            std::size_t min_rank0) {
  expects(!loads.empty(), "examples shared among no ranks");
  std::size_t const owed = std::min(min_rank0, lengths.size() / loads.size());
  std::vector<std::vector<std::size_t>> shares(loads.size());
  auto const give = [&](std::size_t rank, std::size_t example) {
    shares[rank].push_back(example);
    loads[rank] += lengths[example];
  };
  for (std::size_t example = 0; example < owed; ++example) give(0, example);
  LeastLoaded ranks(loads);
  for (std::size_t const example : longest_first(lengths)) {
    if (example < owed) continue;
    std::size_t const rank = ranks.take();
    give(rank, example);
    ranks.put_back(rank, loads[rank]);
  }
  for (auto& share_of_rank : shares) std::sort(share_of_rank.begin(), share_of_rank.end());
  return shares;
}

}  // namespace tartan::data
