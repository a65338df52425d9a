#include "choice.hpp"

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

}  // namespace

void MultipleChoice::transform(data::PackedBatch& batch, data::ShardInfo const&) const {
  batch.rows.assign(batch.encoder.sequence_starts.begin(), batch.encoder.sequence_starts.end() - 1);
  batch.targets = batch.class_labels;
}

//! (E, most choices); -inf where an example has no such choice.
at::Tensor MultipleChoice::scores(HeadPlace const& place, at::Tensor const& hidden,
                                  data::PackedBatch const& batch) const {
  std::int64_t const most = most_choices(batch);
  std::vector<std::int64_t> places;
  for (std::size_t e = 0; e < batch.examples.size(); ++e)
    for (std::int64_t c = 0; c < choices(batch, e); ++c) places.push_back(static_cast<std::int64_t>(e) * most + c);
  at::Tensor const each = head_.forward(place, hidden, sequence_keys(batch)).squeeze(1);
  at::Tensor const none =
      at::full({batch.num_examples() * most}, -std::numeric_limits<double>::infinity(), each.options());
  return none.index_put({at::tensor(places, at::kLong).to(each.device())}, each).view({-1, most});
}

at::Tensor MultipleChoice::loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                                data::PackedBatch const& batch) const {
  if (batch.num_targets() == 0) return no_loss(hidden[0]);
  at::Tensor const targets = at::tensor(batch.targets, at::kLong).to(hidden[0].device());
  at::Tensor const all = scores(place, hidden[0], batch);
  if (scale_ == LossScale::none) return at::cross_entropy_loss(all, targets, {}, at::Reduction::Sum, -1);
  std::vector<double> divisors;
  for (std::size_t e = 0; e < batch.examples.size(); ++e) divisors.push_back(divisor(scale_, choices(batch, e)));
  return (at::cross_entropy_loss(all, targets, {}, at::Reduction::None, -1) /
          at::tensor(divisors, at::kDouble).to(all.options()))
      .sum();
}

Predictions MultipleChoice::predict(HeadPlace const& place, at::Tensor const& hidden,
                                    data::PackedBatch const& batch) const {
  at::NoGradGuard no_grad;
  Predictions result = rows_of(at::softmax(scores(place, hidden, batch), -1));
  for (std::size_t e = 0; e < result.size(); ++e) result[e].resize(static_cast<std::size_t>(choices(batch, e)));
  return result;
}

std::vector<double> MultipleChoice::outcome(data::PackedBatch const& batch, std::size_t example,
                                            std::vector<double> const& prediction) const {
  return {static_cast<double>(batch.class_labels[example]), static_cast<double>(highest(prediction))};
}

std::map<std::string, double> MultipleChoice::measure(Outcomes const& outcomes) const {
  return {{"accuracy", share_of_hits(outcomes)}};
}

nlohmann::ordered_json MultipleChoice::describe(std::vector<double> const& prediction,
                                                std::vector<std::string> const&) const {
  return {{"prediction", highest(prediction)}, {"probabilities", prediction}};
}

}  // namespace tartan::task
