#include <tartan/core/error.hpp>
#include <tartan/core/random.hpp>
#include <tartan/data/masking.hpp>

#include <algorithm>
#include <cmath>

namespace tartan::data {
namespace {

// Bounds on 32 uniform bits.
struct Thresholds {
  std::uint64_t chosen, masked, randomised;
};

bool is_share(double value) { return value >= 0 && value <= 1; }

std::uint64_t threshold(double chance) {
  return static_cast<std::uint64_t>(std::llround(std::min(chance, 1.0) * 0x1p32));
}

Thresholds thresholds_of(MaskingOptions const& options) {
  double const changed = options.mask_share + options.random_share;
  if (!is_share(options.rate) || !is_share(options.mask_share) || !is_share(options.random_share) ||
      changed > 1 + 1e-12)
    fail_usage("masking has a rate of " + std::to_string(options.rate) + " and shares of " +
               std::to_string(options.mask_share) + " and " + std::to_string(options.random_share) +
               " (chances lie in [0, 1], the shares' sum too)");
  return {threshold(options.rate), threshold(options.mask_share), threshold(changed)};
}

bool is_special(ShardInfo const& info, std::int64_t token) {
  return token == info.pad_id || token == info.cls_id || token == info.sep_id || token == info.mask_id ||
         token == info.unk_id;
}

std::int64_t random_token(std::uint32_t high, std::uint32_t low, std::int64_t vocab_size) {
  __extension__ using Wide = unsigned __int128;
  Wide const product = Wide{std::uint64_t{high} << 32 | low} * static_cast<std::uint64_t>(vocab_size);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(product >> 64));
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
  expects(batch.example_keys.size() == batch.examples.size(), "masking needs a key for each example");
  batch.rows.clear();
  batch.targets.clear();
  auto const start_of = [&](std::size_t example) {
    return batch.encoder.sequence_starts[static_cast<std::size_t>(batch.example_starts[example])];
  };
  for (std::size_t example = 0; example < batch.examples.size(); ++example)
    mask_example(batch, start_of(example), start_of(example + 1), info, bounds,
                 Key(batch.example_keys[example]).with("mask"));
}

}  // namespace tartan::data
