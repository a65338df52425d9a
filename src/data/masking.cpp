#include "token_draws.hpp"

#include <tartan/data/masking.hpp>

namespace tartan::data {
namespace {

// Bounds on 32 uniform bits.
struct Thresholds {
  std::uint64_t chosen, masked, randomised;
};

Thresholds thresholds_of(MaskingOptions const& options) {
  double const changed = options.mask_share + options.random_share;
  if (!is_share(options.rate) || !is_share(options.mask_share) || !is_share(options.random_share) ||
      changed > 1 + 1e-12)
    fail_usage("masking has a rate of " + std::to_string(options.rate) + " and shares of " +
               std::to_string(options.mask_share) + " and " + std::to_string(options.random_share) +
               " (chances lie in [0, 1], the shares' sum too)");
  return {threshold(options.rate), threshold(options.mask_share), threshold(changed)};
}

// One Philox block per token: chosen?, what with it?, and 64 bits for a random token.
void mask_example(PackedBatch& batch, std::int64_t first, std::int64_t last, ShardInfo const& info,
                  Thresholds const& bounds, Key key) {
  for (std::int64_t row = first; row < last; ++row) {
    auto const draw = philox(key, static_cast<std::uint64_t>(row - first));
    std::int64_t& token = batch.encoder.tokens[static_cast<std::size_t>(row)];
    if (draw[0] >= bounds.chosen || is_special(info, token)) continue;
    batch.rows.push_back(row);
    batch.targets.push_back(token);
    if (draw[1] < bounds.masked)
      token = info.mask_id;
    else if (draw[1] < bounds.randomised)
      token = random_token(draw[2], draw[3], info.vocab_size);
  }
}

}  // namespace

void mask_tokens(PackedBatch& batch, ShardInfo const& info, MaskingOptions const& options) {
  Thresholds const bounds = thresholds_of(options);
  if (info.mask_id < 0 && bounds.chosen > 0 && bounds.masked > 0)
    fail_data("the tokenizer of " + info.source + " has no mask token, which masking needs; choose another objective");
  for_each_example(batch, "mask", [&](std::int64_t first, std::int64_t last, Key key) {
    mask_example(batch, first, last, info, bounds, key);
  });
}

}  // namespace tartan::data
