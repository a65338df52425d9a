#include "contrast_objective.hpp"

#include <tartan/core/error.hpp>

namespace tartan::task {
namespace {

//! Which of a step's second texts belongs to a first text, such as two spellings of one molecule: `contrast` with two
//! texts as the views. One forward encodes both, each on its own and with dropout of its own, which its place in the
//! example names.
class ContrastPairs final : public ContrastObjective {
 public:
  using ContrastObjective::ContrastObjective;
  std::int64_t sequences() const override { return 2; }

  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    auto const& starts = batch.encoder.sequence_starts;
    expects(batch.encoder.num_sequences() == 2 * batch.num_examples(), "a pair is an example of two sequences");
    batch.rows.assign(starts.begin(), starts.end() - 1);
    batch.targets.assign(batch.examples.size(), 0);
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    at::Tensor const pairs = hidden[0].view({batch.num_examples(), 2, hidden[0].size(1)});
    return contrast(place, pairs.select(1, 0), pairs.select(1, 1));
  }
};

}  // namespace

ObjectiveTraits contrast_pairs_traits() {
  return {.make = make<ContrastPairs>, .question = "which second text belongs to a first?", .least_examples = 2};
}

}  // namespace tartan::task
