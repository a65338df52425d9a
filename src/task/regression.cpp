#include "sentence_objective.hpp"

#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

//! A number for each example: squared error in units of the training values' variance, so that their mean costs 1.
class Regression final : public SentenceObjective {
 public:
  explicit Regression(ObjectiveOptions const& o) : SentenceObjective(1, o), values_(o.scale) {}

  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    read_first_tokens(batch);
    batch.real_targets = batch.label_values;
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    if (batch.num_targets() == 0) return no_loss(hidden[0]);
    at::Tensor const values = forward(place, hidden[0], batch.example_keys).squeeze(1);
    at::Tensor const targets =
        (at::tensor(batch.real_targets, at::kFloat).to(at::kDouble) - values_.mean) / values_.deviation;
    at::Tensor const known = at::logical_not(at::isnan(targets)).to(values.device());
    return ((values - at::nan_to_num(targets, 0).to(values.options())).square() * known).sum();
  }

  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override {
    at::NoGradGuard no_grad;
    return rows_of(forward(place, hidden, batch.example_keys).to(at::kDouble) * values_.deviation + values_.mean);
  }

  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override {
    return {batch.label_values[example], prediction[0]};
  }

  std::map<std::string, double> measure(Outcomes const& outcomes) const override {
    return regression_metrics(outcomes);
  }

  nlohmann::ordered_json describe(data::PackedBatch const&, std::size_t, std::vector<double> const& prediction,
                                  std::vector<std::string> const&) const override {
    return {{"prediction", prediction[0]}};
  }

 private:
  Scale values_;
};

}  // namespace

ObjectiveTraits regression_traits() {
  return {.make = make<Regression>,
          .data = "regression",
          .metrics = {"rmse", "mae", "pearson", "spearman"},
          .whole_texts = true};
}

}  // namespace tartan::task
