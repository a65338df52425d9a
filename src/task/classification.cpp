#include "r3f.hpp"
#include "sentence_objective.hpp"

#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

//! Class of an example, cross entropy; with R3F a second pass over noised embeddings.
class Classification final : public SentenceObjective {
 public:
  explicit Classification(ObjectiveOptions const& o) : SentenceObjective(o.outputs, o), r3f_(o.r3f) {}

  std::vector<Pass> passes() const override {
    return r3f_.weight > 0 ? std::vector{Pass{}, noised_pass()} : std::vector{Pass{}};
  }

  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    read_first_tokens(batch);
    batch.targets = batch.class_labels;
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    if (batch.targets.empty()) return no_loss(hidden[0]);
    at::Tensor const targets = at::tensor(batch.targets, at::kLong).to(hidden[0].device());
    at::Tensor const clean = forward(place, hidden[0], batch.example_keys);
    at::Tensor sum = at::cross_entropy_loss(clean, targets, {}, at::Reduction::Sum, -1);  // -1: unlabelled
    if (hidden.size() > 1) {
      at::Tensor const labelled = (targets >= 0).nonzero().squeeze(1);
      at::Tensor const noised = forward(place, hidden[1], keys_of(noised_pass(), batch));
      sum = sum + r3f_.weight * symmetric_kl(clean.index_select(0, labelled), noised.index_select(0, labelled));
    }
    return sum / divided_by(outputs());
  }

  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override {
    at::NoGradGuard no_grad;
    return rows_of(at::softmax(forward(place, hidden, batch.example_keys), -1));
  }

  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override {
    return expected_and_predicted(batch, example, prediction);
  }

  std::map<std::string, double> measure(Outcomes const& outcomes) const override {
    return classification_metrics(*confusion(outcomes));
  }

  std::optional<ConfusionMatrix> confusion(Outcomes const& outcomes) const override {
    ConfusionMatrix matrix(outputs());
    for (std::size_t e = 0; e < outcomes.size(); ++e)
      matrix.add(static_cast<std::int64_t>(outcomes[e][0]), static_cast<std::int64_t>(outcomes[e][1]));
    return matrix;
  }

  nlohmann::ordered_json describe(data::PackedBatch const&, std::size_t, std::vector<double> const& prediction,
                                  std::vector<std::string> const& label_names) const override {
    nlohmann::ordered_json::object_t by_label;
    by_label.reserve(label_names.size());
    for (std::size_t c = 0; c < label_names.size(); ++c) by_label.push_back({label_names[c], prediction[c]});
    return {{"prediction", label_names[highest(prediction)]}, {"probabilities", std::move(by_label)}};
  }

 private:
  Pass noised_pass() const { return {1, r3f_.noise}; }

  R3f r3f_;
};

}  // namespace

ObjectiveTraits classification_traits() {
  return {.make = make<Classification>,
          .data = "class",
          .metrics = {"accuracy", "macro-f1", "micro-f1", "matthews"},
          .whole_texts = true,
          .exports = true};
}

}  // namespace tartan::task
