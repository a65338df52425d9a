#include "classification.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/head_dropout.hpp>

namespace tartan::task {

void Classification::transform(data::PackedBatch& batch, data::ShardInfo const&) const {
  batch.rows.clear();
  batch.targets = batch.class_labels;
  for (std::size_t e = 0; e < batch.examples.size(); ++e)
    batch.rows.push_back(batch.encoder.sequence_starts[static_cast<std::size_t>(batch.example_starts[e])]);
}

model::HeadShape Classification::head(model::HfConfig const& config) const {
  std::int64_t const h = config.hidden_size;
  return {{"fc.weight", {h, h}}, {"fc.bias", {h}}, {"out.weight", {classes_, h}}, {"out.bias", {classes_}}};
}

at::Tensor Classification::logits(HeadPlace const& place, at::Tensor const& hidden,
                                  data::PackedBatch const& batch) const {
  auto const& p = place.heads;
  auto const drop = [&](at::Tensor const& x, std::uint32_t which) {
    return place.dropout ? model::head_dropout(x, batch.example_keys, which, dropout_) : x;
  };
  at::Tensor const inner =
      at::tanh(at::addmm(p.at(place.name + ".fc.bias"), drop(hidden, 0), p.at(place.name + ".fc.weight").t()));
  return at::addmm(p.at(place.name + ".out.bias"), drop(inner, 1), p.at(place.name + ".out.weight").t());
}

at::Tensor Classification::loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                                data::PackedBatch const& batch) const {
  if (batch.targets.empty()) return hidden[0].sum();
  at::Tensor const targets = at::tensor(batch.targets, at::kLong).to(hidden[0].device());
  return at::cross_entropy_loss(logits(place, hidden[0], batch), targets, {}, at::Reduction::Sum,
                                -1);  // -1: unlabelled
}

Prediction Classification::predict(HeadPlace const& place, at::Tensor const& hidden,
                                   data::PackedBatch const& batch) const {
  at::NoGradGuard no_grad;
  at::Tensor const p = at::softmax(logits(place, hidden, batch), -1).to(at::kDouble).cpu().contiguous();
  at::Tensor const best = p.argmax(-1);
  Prediction result;
  for (std::int64_t e = 0; e < p.size(0); ++e) {
    double const* const row = p.const_data_ptr<double>() + e * p.size(1);
    result.classes.push_back(best[e].item<std::int64_t>());
    result.probabilities.emplace_back(row, row + p.size(1));
  }
  return result;
}

}  // namespace tartan::task
