#include "token_draws.hpp"

#include <tartan/data/masking.hpp>

#include <set>
#include <string>

namespace tartan::data {
namespace {

// Ids that are not drawn in place of `token`, in ascending order.
std::set<std::int64_t> not_drawn(ShardInfo const& info, std::int64_t token) {
  std::set<std::int64_t> ids = {token};
  for (auto const id : {info.pad_id, info.cls_id, info.sep_id, info.mask_id, info.unk_id})
    if (id >= 0 && id < info.vocab_size) ids.insert(id);
  return ids;
}

std::int64_t other_token(std::uint32_t high, std::uint32_t low, ShardInfo const& info, std::int64_t token) {
  auto const left_out = not_drawn(info, token);
  std::int64_t const choices = info.vocab_size - static_cast<std::int64_t>(left_out.size());
  if (choices < 1)
    fail_data("the vocabulary of " + info.source + " has no token to put in another's place; choose another objective");
  std::int64_t drawn = random_token(high, low, choices);
  for (std::int64_t const id : left_out) drawn += drawn >= id ? 1 : 0;
  return drawn;
}

// One Philox block per token: replaced?, and 64 bits for the other token.
void replace_in_example(PackedBatch& batch, std::int64_t first, std::int64_t last, ShardInfo const& info,
                        std::uint64_t bound, Key key) {
  for (std::int64_t row = first; row < last; ++row) {
    std::int64_t& token = batch.encoder.tokens[static_cast<std::size_t>(row)];
    if (is_special(info, token)) continue;
    auto const draw = philox(key, static_cast<std::uint64_t>(row - first));
    bool const replaced = draw[0] < bound;
    if (replaced) token = other_token(draw[2], draw[3], info, token);
    batch.rows.push_back(row);
    batch.targets.push_back(replaced ? 1 : 0);
  }
}

}  // namespace

void replace_tokens(PackedBatch& batch, ShardInfo const& info, double rate) {
  if (!is_share(rate))
    fail_usage("tokens are replaced at a rate of " + std::to_string(rate) + " (a chance lies in [0, 1])");
  for_each_example(batch, "replace", [&](std::int64_t first, std::int64_t last, Key key) {
    replace_in_example(batch, first, last, info, threshold(rate), key);
  });
}

}  // namespace tartan::data
