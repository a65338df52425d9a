#include "token_objective.hpp"

#include <tartan/core/random.hpp>
#include <tartan/model/head_dropout.hpp>

namespace tartan::task {
namespace {

//! A key for each row, from its example's and its place there.
std::vector<std::uint64_t> row_keys(data::PackedBatch const& batch) {
  std::vector<std::uint64_t> keys;
  auto const start = [&](std::size_t example) {
    return batch.encoder.sequence_starts[static_cast<std::size_t>(batch.example_starts[example])];
  };
  std::size_t example = 0;
  for (std::int64_t const row : batch.rows) {
    while (row >= start(example + 1)) ++example;
    keys.push_back(Key(batch.example_keys[example]).with(static_cast<std::uint64_t>(row - start(example))).value());
  }
  return keys;
}

}  // namespace

model::HeadShape TokenObjective::head(model::HfConfig const& config) const {
  return {{"out.weight", {outputs_, config.hidden_size}}, {"out.bias", {outputs_}}};
}

at::Tensor TokenObjective::forward(HeadPlace const& place, at::Tensor const& hidden,
                                   data::PackedBatch const& batch) const {
  auto const& p = place.heads;
  at::Tensor const x = place.dropout ? model::head_dropout(hidden, row_keys(batch), 0, dropout_) : hidden;
  return at::addmm(p.at(place.name + ".out.bias"), x, p.at(place.name + ".out.weight").t());
}

}  // namespace tartan::task
