#pragma once

#include "sentence_head.hpp"

namespace tartan::task {

//! A number for each example: squared error in units of the training values' variance, so that their mean costs 1.
class Regression final : public Objective {
 public:
  explicit Regression(ObjectiveOptions const& o) : head_{1, o.head_dropout}, scale_(o.scale) {}
  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override;
  model::HeadShape head(model::HfConfig const& config) const override { return head_.shape(config); }
  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override;
  std::string kind() const override { return "regression"; }

  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override;
  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override;
  std::map<std::string, double> measure(Outcomes const& outcomes) const override;
  nlohmann::ordered_json describe(std::vector<double> const& prediction,
                                  std::vector<std::string> const& label_names) const override;

 private:
  SentenceHead head_;
  Scale scale_;
};

}  // namespace tartan::task
