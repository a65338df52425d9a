#include "mlm.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/mlm_head.hpp>

namespace tartan::task {

void MaskedLanguageModelling::transform(data::PackedBatch& batch, data::ShardInfo const& info) const {
  data::mask_tokens(batch, info, options_);
}

at::Tensor MaskedLanguageModelling::loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                                         data::PackedBatch const& batch) const {
  return model::mlm_loss(place.encoder, place.body, hidden[0], batch.targets);
}

Prediction MaskedLanguageModelling::predict(HeadPlace const& place, at::Tensor const&, data::PackedBatch const&) const {
  fail_usage("task " + place.name +
             " is masked language modelling, which predicts no labels; name a classification task");
}

}  // namespace tartan::task
