#pragma once

#include "toy.hpp"

namespace tartan::train::toy {

//! The end task's objective with the gradient turned around.
class Negated final : public task::Objective {
 public:
  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override {
    classification().transform(batch, info);
  }
  model::HeadShape head(model::HfConfig const& c) const override { return classification().head(c); }
  at::Tensor loss(task::HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    return -classification().loss(place, hidden, batch);
  }
};

}  // namespace tartan::train::toy
