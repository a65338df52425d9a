#include "sentence_objective.hpp"

#include <tartan/model/head_dropout.hpp>

namespace tartan::task {

model::HeadShape SentenceObjective::head(model::HfConfig const& config) const {
  std::int64_t const h = config.hidden_size;
  return {{"fc.weight", {h, h}}, {"fc.bias", {h}}, {"out.weight", {outputs(), h}}, {"out.bias", {outputs()}}};
}

at::Tensor SentenceObjective::forward(HeadPlace const& place, at::Tensor const& hidden,
                                      std::vector<std::uint64_t> const& keys) const {
  auto const& p = place.heads;
  auto const drop = [&](at::Tensor const& x, std::uint32_t which) {
    return place.dropout ? model::head_dropout(x, keys, which, dropout()) : x;
  };
  at::Tensor const inner =
      at::tanh(at::addmm(p.at(place.name + ".fc.bias"), drop(hidden, 0), p.at(place.name + ".fc.weight").t()));
  return at::addmm(p.at(place.name + ".out.bias"), drop(inner, 1), p.at(place.name + ".out.weight").t());
}

void read_first_tokens(data::PackedBatch& batch) {
  batch.rows.clear();
  for (std::size_t e = 0; e < batch.examples.size(); ++e)
    batch.rows.push_back(batch.encoder.sequence_starts[static_cast<std::size_t>(batch.example_starts[e])]);
}

std::vector<double> expected_and_predicted(data::PackedBatch const& batch, std::size_t example,
                                           std::vector<double> const& probabilities) {
  return {static_cast<double>(batch.targets[example]), static_cast<double>(highest(probabilities))};
}

}  // namespace tartan::task
