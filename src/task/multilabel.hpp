#pragma once

#include "sentence_head.hpp"

namespace tartan::task {

//! A yes or no for each of several columns, some of them unknown: binary cross entropy over the entries that are there.
class MultilabelClassification final : public Objective {
 public:
  explicit MultilabelClassification(ObjectiveOptions const& o)
      : head_{o.outputs, o.head_dropout}, scale_(o.loss_scale) {}
  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override;
  model::HeadShape head(model::HfConfig const& config) const override { return head_.shape(config); }
  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override;
  std::string kind() const override { return "multilabel"; }

  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override;
  //! Expected columns (NaN: unknown), then their probabilities.
  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override;
  std::map<std::string, double> measure(Outcomes const& outcomes) const override;
  nlohmann::ordered_json describe(std::vector<double> const& prediction,
                                  std::vector<std::string> const& label_names) const override;

 private:
  SentenceHead head_;
  LossScale scale_;
};

}  // namespace tartan::task
