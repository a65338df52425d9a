#pragma once

#include <tartan/task/objective.hpp>

namespace tartan::task {

//! Class of an example: first token → dropout → linear → tanh → dropout → linear (Gururangan et al. 2020), cross
//! entropy.
class Classification final : public Objective {
 public:
  Classification(std::int64_t classes, double dropout) : classes_(classes), dropout_(dropout) {}
  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override;
  model::HeadShape head(model::HfConfig const& config) const override;
  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override;
  Prediction predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override;
  std::string kind() const override { return "class"; }

 private:
  at::Tensor logits(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const;
  std::int64_t classes_;
  double dropout_;
};

}  // namespace tartan::task
