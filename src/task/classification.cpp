#include "classification.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tartan::task {

void Classification::transform(data::PackedBatch& batch, data::ShardInfo const&) const {
  read_first_tokens(batch);
  batch.targets = batch.class_labels;
}

at::Tensor Classification::loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                                data::PackedBatch const& batch) const {
  if (batch.targets.empty()) return hidden[0].sum();
  at::Tensor const targets = at::tensor(batch.targets, at::kLong).to(hidden[0].device());
  at::Tensor const loss = at::cross_entropy_loss(head_.forward(place, hidden[0], batch.example_keys), targets, {},
                                                 at::Reduction::Sum, -1);  // -1: unlabelled
  return scale_ == LossScale::none ? loss : loss / divisor(scale_, head_.outputs);
}

Predictions Classification::predict(HeadPlace const& place, at::Tensor const& hidden,
                                    data::PackedBatch const& batch) const {
  at::NoGradGuard no_grad;
  return rows_of(at::softmax(head_.forward(place, hidden, batch.example_keys), -1));
}

std::vector<double> Classification::outcome(data::PackedBatch const& batch, std::size_t example,
                                            std::vector<double> const& prediction) const {
  return {static_cast<double>(batch.targets[example]), static_cast<double>(highest(prediction))};
}

std::optional<ConfusionMatrix> Classification::confusion(Outcomes const& outcomes) const {
  ConfusionMatrix matrix(head_.outputs);
  for (std::size_t e = 0; e < outcomes.size(); ++e)
    matrix.add(static_cast<std::int64_t>(outcomes[e][0]), static_cast<std::int64_t>(outcomes[e][1]));
  return matrix;
}

std::map<std::string, double> Classification::measure(Outcomes const& outcomes) const {
  return classification_metrics(*confusion(outcomes));
}

nlohmann::ordered_json Classification::describe(std::vector<double> const& prediction,
                                                std::vector<std::string> const& label_names) const {
  nlohmann::ordered_json::object_t by_label;
  by_label.reserve(label_names.size());
  for (std::size_t c = 0; c < label_names.size(); ++c) by_label.push_back({label_names[c], prediction[c]});
  return {{"prediction", label_names[highest(prediction)]}, {"probabilities", std::move(by_label)}};
}

}  // namespace tartan::task
