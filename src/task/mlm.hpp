#pragma once

#include <tartan/data/masking.hpp>
#include <tartan/task/objective.hpp>

namespace tartan::task {

//! Masked language modelling on the shared MLM head (Devlin et al. 2019).
class MaskedLanguageModelling final : public Objective {
 public:
  explicit MaskedLanguageModelling(data::MaskingOptions options) : options_(options) {}
  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override;
  model::HeadShape head(model::HfConfig const&) const override { return {}; }
  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override;
  Prediction predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override;
  std::string kind() const override { return "text"; }

 private:
  data::MaskingOptions options_;
};

}  // namespace tartan::task
