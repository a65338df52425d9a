#include "token_objective.hpp"

#include <tartan/core/random.hpp>
#include <tartan/model/head_dropout.hpp>

#include <algorithm>

namespace tartan::task {
namespace {

//! First token of an example, or the end of the last.
std::int64_t token_start(data::PackedBatch const& batch, std::size_t example) {
  return batch.encoder.sequence_starts[static_cast<std::size_t>(batch.example_starts[example])];
}

//! A key for each row, from its example's and its place there.
std::vector<std::uint64_t> row_keys(data::PackedBatch const& batch) {
  std::vector<std::uint64_t> keys;
  for (std::size_t e = 0; e < batch.examples.size(); ++e)
    for (std::size_t r = row_start(batch, e), end = row_start(batch, e + 1); r < end; ++r)
      keys.push_back(
          Key(batch.example_keys[e]).with(static_cast<std::uint64_t>(batch.rows[r] - token_start(batch, e))).value());
  return keys;
}

}  // namespace

std::size_t row_start(data::PackedBatch const& batch, std::size_t example) {
  auto const found = std::ranges::lower_bound(batch.rows, token_start(batch, example));
  return static_cast<std::size_t>(found - batch.rows.begin());
}

model::HeadShape TokenObjective::head(model::HfConfig const& config) const {
  return {{"out.weight", {outputs(), config.hidden_size}}, {"out.bias", {outputs()}}};
}

at::Tensor TokenObjective::forward(HeadPlace const& place, at::Tensor const& hidden,
                                   data::PackedBatch const& batch) const {
  auto const& p = place.heads;
  at::Tensor const x = place.dropout ? model::head_dropout(hidden, row_keys(batch), 0, dropout()) : hidden;
  return at::addmm(p.at(place.name + ".out.bias"), x, p.at(place.name + ".out.weight").t());
}

}  // namespace tartan::task
