#include "sentence_objective.hpp"

#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

constexpr double threshold = 0.5;

//! A yes or no for each of several columns, some of them unknown: binary cross entropy over the entries that are there.
class MultilabelClassification final : public SentenceObjective {
 public:
  explicit MultilabelClassification(ObjectiveOptions const& o) : SentenceObjective(o.outputs, o) {}

  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    read_first_tokens(batch);
    batch.real_targets = batch.label_values;
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    if (batch.num_targets() == 0) return no_loss(hidden[0]);
    at::Tensor const logits = forward(place, hidden[0], batch.example_keys);
    at::Tensor const targets = at::tensor(batch.real_targets, at::kFloat).to(logits.options()).view_as(logits);
    at::Tensor const known = at::logical_not(at::isnan(targets));
    return at::binary_cross_entropy_with_logits(logits, at::nan_to_num(targets, 0), known.to(logits.options()), {},
                                                at::Reduction::Sum) /
           divided_by(2);
  }

  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override {
    at::NoGradGuard no_grad;
    return rows_of(at::sigmoid(forward(place, hidden, batch.example_keys)));
  }

  //! Expected columns (NaN: unknown), then their probabilities.
  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override {
    auto const first = batch.label_values.begin() + static_cast<std::ptrdiff_t>(example * prediction.size());
    std::vector<double> result(first, first + static_cast<std::ptrdiff_t>(prediction.size()));
    result.insert(result.end(), prediction.begin(), prediction.end());
    return result;
  }

  std::map<std::string, double> measure(Outcomes const& outcomes) const override {
    return multilabel_metrics(outcomes, threshold);
  }

  nlohmann::ordered_json describe(data::PackedBatch const&, std::size_t, std::vector<double> const& prediction,
                                  std::vector<std::string> const& label_names) const override {
    auto names = nlohmann::ordered_json::array();
    nlohmann::ordered_json::object_t by_label;
    for (std::size_t c = 0; c < label_names.size(); ++c) {
      if (prediction[c] > threshold) names.push_back(label_names[c]);
      by_label.push_back({label_names[c], prediction[c]});
    }
    return {{"prediction", std::move(names)}, {"probabilities", std::move(by_label)}};
  }
};

}  // namespace

ObjectiveTraits multilabel_traits() {
  return {.make = make<MultilabelClassification>,
          .data = "multilabel",
          .metrics = {"roc-auc", "accuracy", "macro-f1", "micro-f1"},
          .whole_texts = true};
}

}  // namespace tartan::task
