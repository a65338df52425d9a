#include "contrast_objective.hpp"
#include "sentence_objective.hpp"

namespace tartan::task {
namespace {

//! Which of a step's texts it is that was encoded once more with other dropout: SimCSE without labels. Where there is
//! but one pass, it is both.
class Contrast final : public ContrastObjective {
 public:
  using ContrastObjective::ContrastObjective;
  std::vector<Pass> passes() const override { return {Pass{0}, Pass{1}}; }

  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    read_first_tokens(batch);
    batch.targets.assign(batch.examples.size(), 0);
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const&) const override {
    return contrast(place, hidden.front(), hidden.back());
  }
};

}  // namespace

ObjectiveTraits contrast_traits() {
  return {.make = make<Contrast>, .question = "which text was encoded twice?", .least_examples = 2};
}

}  // namespace tartan::task
