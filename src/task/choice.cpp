#include "sentence_objective.hpp"

#include <tartan/core/random.hpp>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

std::int64_t choices(data::PackedBatch const& batch, std::size_t example) {
  return batch.example_starts[example + 1] - batch.example_starts[example];
}

std::int64_t most_choices(data::PackedBatch const& batch) {
  std::int64_t most = 0;
  for (std::size_t e = 0; e < batch.examples.size(); ++e) most = std::max(most, choices(batch, e));
  return most;
}

//! A key for each sequence, from its example's and its place there.
std::vector<std::uint64_t> sequence_keys(data::PackedBatch const& batch) {
  std::vector<std::uint64_t> keys;
  for (std::size_t e = 0; e < batch.example_keys.size(); ++e)
    for (std::int64_t c = 0; c < choices(batch, e); ++c)
      keys.push_back(Key(batch.example_keys[e]).with(static_cast<std::uint64_t>(c)).value());
  return keys;
}

//! The right one among an example's sequences, as many as it has: each gets a score, softmax within the example.
class MultipleChoice final : public SentenceObjective {
 public:
  explicit MultipleChoice(ObjectiveOptions const& o) : SentenceObjective(1, o) {}

  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    batch.rows.assign(batch.encoder.sequence_starts.begin(), batch.encoder.sequence_starts.end() - 1);
    batch.targets = batch.class_labels;
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    if (batch.num_targets() == 0) return no_loss(hidden[0]);
    at::Tensor const all = scores(place, hidden[0], batch);
    at::Tensor const targets = at::tensor(batch.targets, at::kLong).to(all.device());
    std::vector<double> divisors;
    for (std::size_t e = 0; e < batch.examples.size(); ++e) divisors.push_back(divided_by(choices(batch, e)));
    return (at::cross_entropy_loss(all, targets, {}, at::Reduction::None, -1) /
            at::tensor(divisors, at::kDouble).to(all.options()))
        .sum();
  }

  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override {
    at::NoGradGuard no_grad;
    Predictions result = rows_of(at::softmax(scores(place, hidden, batch), -1));
    for (std::size_t e = 0; e < result.size(); ++e) result[e].resize(static_cast<std::size_t>(choices(batch, e)));
    return result;
  }

  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override {
    return expected_and_predicted(batch, example, prediction);
  }

  std::map<std::string, double> measure(Outcomes const& outcomes) const override {
    return {{"accuracy", share_of_hits(outcomes)}};
  }

  nlohmann::ordered_json describe(data::PackedBatch const&, std::size_t, std::vector<double> const& prediction,
                                  std::vector<std::string> const&) const override {
    return {{"prediction", highest(prediction)}, {"probabilities", prediction}};
  }

 private:
  //! (E, most choices); -inf where an example has no such choice.
  at::Tensor scores(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const {
    std::int64_t const most = most_choices(batch);
    std::vector<std::int64_t> places;
    for (std::size_t e = 0; e < batch.examples.size(); ++e)
      for (std::int64_t c = 0; c < choices(batch, e); ++c) places.push_back(static_cast<std::int64_t>(e) * most + c);
    at::Tensor const each = forward(place, hidden, sequence_keys(batch)).squeeze(1);
    at::Tensor const none =
        at::full({batch.num_examples() * most}, -std::numeric_limits<double>::infinity(), each.options());
    return none.index_put({at::tensor(places, at::kLong).to(each.device())}, each).view({-1, most});
  }
};

}  // namespace

ObjectiveTraits choice_traits() {
  return {.make = make<MultipleChoice>, .data = "choice", .metrics = {"accuracy"}, .head = HeadUse::common};
}

}  // namespace tartan::task
