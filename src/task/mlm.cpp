#include "mlm.hpp"

#include "sentence_head.hpp"

#include <tartan/model/mlm_head.hpp>

namespace tartan::task {

void MaskedLanguageModelling::transform(data::PackedBatch& batch, data::ShardInfo const& info) const {
  data::mask_tokens(batch, info, options_);
}

at::Tensor MaskedLanguageModelling::loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                                         data::PackedBatch const& batch) const {
  at::Tensor const loss = model::mlm_loss(place.encoder, place.body, hidden[0], batch.targets);
  return scale_ == LossScale::none ? loss : loss / divisor(scale_, place.encoder.config().vocab_size);
}

}  // namespace tartan::task
