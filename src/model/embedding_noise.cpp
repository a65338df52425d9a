#include "embedding_noise.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/random.hpp>

namespace tartan::model {
namespace {

std::vector<double> draw(data::EmbeddingNoise const& noise, std::uint64_t key, std::size_t count) {
  Stream stream(Key(key).with("noise"));
  std::vector<double> values(count);
  for (auto& x : values) x = noise.size * (noise.normal ? stream.normal() : 2 * stream.uniform() - 1);
  return values;
}

}  // namespace

void plan_noise(data::PackedBatch const& batch, std::int64_t hidden_size, at::TensorOptions options, RowPlan& plan) {
  if (batch.noise.empty()) return;
  expects(batch.noise.size() == batch.examples.size() && batch.example_keys.size() == batch.examples.size(),
          "noise needs a key for each example");
  std::int64_t const tokens = batch.encoder.num_tokens();
  at::Tensor const noise = at::zeros({tokens, hidden_size}, at::kDouble);
  plan.noised.assign(static_cast<std::size_t>(tokens), false);
  for (std::size_t e = 0; e < batch.examples.size(); ++e) {
    if (batch.noise[e].size == 0) continue;
    auto const& starts = batch.encoder.sequence_starts;
    std::int64_t const begin = starts[static_cast<std::size_t>(batch.example_starts[e])];
    std::int64_t const end = starts[static_cast<std::size_t>(batch.example_starts[e + 1])];
    auto const values =
        draw(batch.noise[e], batch.example_keys[e], static_cast<std::size_t>((end - begin) * hidden_size));
    std::copy(values.begin(), values.end(), noise.data_ptr<double>() + begin * hidden_size);
    std::fill(plan.noised.begin() + begin, plan.noised.begin() + end, true);
  }
  plan.noise = noise.to(options);
}

}  // namespace tartan::model
