#include "sentence_objective.hpp"

#include <tartan/core/error.hpp>
#include <tartan/data/masking.hpp>

#include <algorithm>

namespace tartan::task {
namespace {

//! Where the words of the example's first sequence are; an unknown one is a word, too.
std::vector<std::size_t> word_places(data::PackedBatch const& batch, std::size_t example, data::ShardInfo const& info) {
  auto const sequence = static_cast<std::size_t>(batch.example_starts[example]);
  auto const end = static_cast<std::size_t>(batch.encoder.sequence_starts[sequence + 1]);
  std::vector<std::size_t> places;
  for (auto t = static_cast<std::size_t>(batch.encoder.sequence_starts[sequence]); t < end; ++t)
    if (std::int64_t const token = batch.encoder.tokens[t]; token == info.unk_id || !data::is_special(info, token))
      places.push_back(t);
  return places;
}

//! The second half of the words comes first; what is special stays where it is.
void swap_halves(std::vector<std::int64_t>& tokens, std::vector<std::size_t> const& places) {
  std::vector<std::int64_t> words;
  for (std::size_t const t : places) words.push_back(tokens[t]);
  std::ranges::rotate(words, words.begin() + static_cast<std::ptrdiff_t>(words.size() / 2));
  for (std::size_t w = 0; w < words.size(); ++w) tokens[places[w]] = words[w];
}

//! Whether the halves of a text stand in their order or were swapped: sentence order prediction (Lan et al. 2020) on
//! halves of one text, as TapWeight's code has it (Zhang et al. 2024, arXiv 2410.10006). Class 1: in order.
class SentenceOrder final : public SentenceObjective {
 public:
  explicit SentenceOrder(ObjectiveOptions const& o) : SentenceObjective(2, o) {}

  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override {
    expects(batch.example_keys.size() == batch.examples.size(), "swapping needs a key for each example");
    read_first_tokens(batch);
    batch.targets.clear();
    for (std::size_t e = 0; e < batch.examples.size(); ++e) {
      auto const places = word_places(batch, e, info);
      bool const in_order = Stream(Key(batch.example_keys[e]).with("order")).below(2) == 1;
      if (!in_order) swap_halves(batch.encoder.tokens, places);
      batch.targets.push_back(places.size() < 2 ? -1 : in_order ? 1 : 0);
    }
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    if (batch.targets.empty()) return no_loss(hidden[0]);
    return cross_entropy(forward(place, hidden[0], batch.example_keys), batch.targets) / divided_by(outputs());
  }
};

}  // namespace

ObjectiveTraits sentence_order_traits() {
  return {.make = make<SentenceOrder>, .question = "were the halves swapped?"};
}

}  // namespace tartan::task
