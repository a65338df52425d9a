#include "entities.hpp"
#include "token_objective.hpp"

#include <tartan/data/labels.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

void count(ClassCounts const& counts, std::vector<double>& outcome) {
  for (std::int64_t const number : {counts.hits, counts.expected, counts.predicted})
    outcome.push_back(static_cast<double>(number));
}

//! A class for each word, read at its first token: cross entropy over the words that have one.
class TokenClassification final : public TokenObjective {
 public:
  explicit TokenClassification(ObjectiveOptions const& o)
      : TokenObjective(o.outputs, o), tags_(tags_of(o.label_names)) {}

  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    batch.rows.clear();
    batch.targets.clear();
    for (std::size_t t = 0; t < batch.label_places.size(); ++t) {
      if (batch.label_places[t] == data::no_word) continue;
      batch.rows.push_back(static_cast<std::int64_t>(t));
      batch.targets.push_back(batch.label_places[t]);
    }
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    if (batch.num_targets() == 0) return no_loss(hidden[0]);
    return cross_entropy(forward(place, hidden[0], batch), batch.targets) / divided_by(outputs());
  }

  //! Of each example the probabilities of its words, one after the other.
  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override {
    at::NoGradGuard no_grad;
    Predictions const words = rows_of(at::softmax(forward(place, hidden, batch), -1));
    Predictions result(batch.examples.size());
    for (std::size_t e = 0; e < result.size(); ++e)
      for (std::size_t w = row_start(batch, e), end = row_start(batch, e + 1); w < end; ++w)
        result[e].insert(result[e].end(), words[w].begin(), words[w].end());
    return result;
  }

  //! Of entities, then of each class: hits, expected, predicted. Words of unknown class are passed over.
  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override {
    std::vector<ClassCounts> classes(tags_.size());
    std::vector<Tag> expected, predicted;
    std::size_t const first = row_start(batch, example);
    for (std::size_t w = 0; w < words(prediction); ++w) {
      if (batch.targets[first + w] < 0) continue;
      auto const right = static_cast<std::size_t>(batch.targets[first + w]), said = class_of(prediction, w);
      ++classes[right].expected;
      ++classes[said].predicted;
      classes[right].hits += right == said ? 1 : 0;
      expected.push_back(tags_[right]);
      predicted.push_back(tags_[said]);
    }
    std::vector<double> result;
    count(common(entities(expected), entities(predicted)), result);
    for (ClassCounts const& counts : classes) count(counts, result);
    return result;
  }

  std::map<std::string, double> measure(Outcomes const& outcomes) const override { return word_metrics(outcomes); }

  nlohmann::ordered_json describe(data::PackedBatch const&, std::size_t, std::vector<double> const& prediction,
                                  std::vector<std::string> const& label_names) const override {
    auto names = nlohmann::ordered_json::array(), probabilities = nlohmann::ordered_json::array();
    for (std::size_t w = 0; w < words(prediction); ++w) {
      std::size_t const said = class_of(prediction, w);
      names.push_back(label_names[said]);
      probabilities.push_back(prediction[w * label_names.size() + said]);
    }
    return {{"prediction", std::move(names)}, {"probabilities", std::move(probabilities)}};
  }

 private:
  std::size_t words(std::vector<double> const& prediction) const { return prediction.size() / tags_.size(); }

  std::size_t class_of(std::vector<double> const& prediction, std::size_t word) const {
    auto const first = prediction.begin() + static_cast<std::ptrdiff_t>(word * tags_.size());
    return static_cast<std::size_t>(std::max_element(first, first + static_cast<std::ptrdiff_t>(tags_.size())) - first);
  }

  static ClassCounts common(std::vector<Entity> const& expected, std::vector<Entity> const& predicted) {
    auto const is_expected = [&](Entity const& entity) { return std::ranges::binary_search(expected, entity); };
    return {std::ranges::count_if(predicted, is_expected), static_cast<std::int64_t>(expected.size()),
            static_cast<std::int64_t>(predicted.size())};
  }

  std::vector<Tag> tags_;  // of the classes
};

}  // namespace

ObjectiveTraits token_classification_traits() {
  return {.make = make<TokenClassification>, .data = "token_class", .metrics = {"f1", "accuracy", "macro-f1"}};
}

}  // namespace tartan::task
