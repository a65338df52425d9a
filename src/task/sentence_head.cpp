#include "sentence_head.hpp"

#include <tartan/model/head_dropout.hpp>

#include <cmath>

namespace tartan::task {

model::HeadShape SentenceHead::shape(model::HfConfig const& config) const {
  std::int64_t const h = config.hidden_size;
  return {{"fc.weight", {h, h}}, {"fc.bias", {h}}, {"out.weight", {outputs, h}}, {"out.bias", {outputs}}};
}

at::Tensor SentenceHead::forward(HeadPlace const& place, at::Tensor const& hidden,
                                 std::vector<std::uint64_t> const& keys) const {
  auto const& p = place.heads;
  auto const drop = [&](at::Tensor const& x, std::uint32_t which) {
    return place.dropout ? model::head_dropout(x, keys, which, dropout) : x;
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

Predictions rows_of(at::Tensor const& values) {
  at::Tensor const v = values.to(at::kDouble).cpu().contiguous();
  Predictions result;
  for (std::int64_t e = 0; e < v.size(0); ++e) {
    double const* const row = v.const_data_ptr<double>() + e * v.size(1);
    result.emplace_back(row, row + v.size(1));
  }
  return result;
}

double divisor(LossScale scale, std::int64_t n) {
  return scale == LossScale::uniform && n > 1 ? std::log(static_cast<double>(n)) : 1;
}

at::Tensor no_loss(at::Tensor const& hidden) { return hidden.sum() * 0; }

}  // namespace tartan::task
