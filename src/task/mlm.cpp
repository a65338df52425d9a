#include "objectives.hpp"

#include <tartan/data/masking.hpp>
#include <tartan/model/mlm_head.hpp>

namespace tartan::task {
namespace {

//! Masked language modelling on the shared MLM head (Devlin et al. 2019).
class MaskedLanguageModelling final : public Objective {
 public:
  explicit MaskedLanguageModelling(ObjectiveOptions const& o) : scale_(o.loss_scale) { options_.rate = o.mask_rate; }
  model::HeadShape head(model::HfConfig const&) const override { return {}; }

  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override {
    data::mask_tokens(batch, info, options_);
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    return model::mlm_loss(place.encoder, place.body, hidden[0], batch.targets) /
           divisor(scale_, place.encoder.config().vocab_size);
  }

 private:
  data::MaskingOptions options_;
  LossScale scale_;
};

}  // namespace

ObjectiveTraits mlm_traits() {
  return {.make = make<MaskedLanguageModelling>, .question = "which tokens were hidden?", .head = HeadUse::masked_lm};
}

}  // namespace tartan::task
