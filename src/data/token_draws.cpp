#include "token_draws.hpp"

#include <tartan/data/masking.hpp>

#include <algorithm>
#include <cmath>

namespace tartan::data {

std::uint64_t threshold(double chance) {
  return static_cast<std::uint64_t>(std::llround(std::min(chance, 1.0) * 0x1p32));
}

bool is_special(ShardInfo const& info, std::int64_t token) {
  return token == info.pad_id || token == info.cls_id || token == info.sep_id || token == info.mask_id ||
         token == info.unk_id;
}

std::int64_t random_token(std::uint32_t high, std::uint32_t low, std::int64_t bound) {
  __extension__ using Wide = unsigned __int128;
  Wide const product = Wide{std::uint64_t{high} << 32 | low} * static_cast<std::uint64_t>(bound);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(product >> 64));
}

}  // namespace tartan::data
