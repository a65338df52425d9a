#pragma once

#include <tartan/data/masking.hpp>
#include <tartan/task/objective.hpp>

namespace tartan::task {

//! Masked language modelling on the shared MLM head (Devlin et al. 2019).
class MaskedLanguageModelling final : public Objective {
 public:
  explicit MaskedLanguageModelling(ObjectiveOptions const& o) : scale_(o.loss_scale) { options_.rate = o.mask_rate; }
  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override;
  model::HeadShape head(model::HfConfig const&) const override { return {}; }
  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override;
  std::string kind() const override { return "text"; }

 private:
  data::MaskingOptions options_;
  LossScale scale_;
};

}  // namespace tartan::task
