#pragma once

#include "sentence_head.hpp"

namespace tartan::task {

//! The right one among an example's sequences, as many as it has: each gets a score, softmax within the example.
class MultipleChoice final : public Objective {
 public:
  explicit MultipleChoice(ObjectiveOptions const& o) : head_{1, o.head_dropout}, scale_(o.loss_scale) {}
  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override;
  model::HeadShape head(model::HfConfig const& config) const override { return head_.shape(config); }
  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override;
  std::string kind() const override { return "choice"; }

  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override;
  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override;
  std::map<std::string, double> measure(Outcomes const& outcomes) const override;
  nlohmann::ordered_json describe(std::vector<double> const& prediction,
                                  std::vector<std::string> const& label_names) const override;

 private:
  at::Tensor scores(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const;
  SentenceHead head_;
  LossScale scale_;
};

}  // namespace tartan::task
