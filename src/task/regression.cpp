#include "regression.hpp"

#include <nlohmann/json.hpp>

namespace tartan::task {

void Regression::transform(data::PackedBatch& batch, data::ShardInfo const&) const {
  read_first_tokens(batch);
  batch.real_targets = batch.label_values;
}

at::Tensor Regression::loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                            data::PackedBatch const& batch) const {
  if (batch.num_targets() == 0) return no_loss(hidden[0]);
  at::Tensor const values = head_.forward(place, hidden[0], batch.example_keys).squeeze(1);
  at::Tensor const targets =
      (at::tensor(batch.real_targets, at::kFloat).to(at::kDouble) - scale_.mean) / scale_.deviation;
  at::Tensor const known = at::logical_not(at::isnan(targets)).to(values.device());
  return ((values - at::nan_to_num(targets, 0).to(values.options())).square() * known).sum();
}

Predictions Regression::predict(HeadPlace const& place, at::Tensor const& hidden,
                                data::PackedBatch const& batch) const {
  at::NoGradGuard no_grad;
  return rows_of(head_.forward(place, hidden, batch.example_keys).to(at::kDouble) * scale_.deviation + scale_.mean);
}

std::vector<double> Regression::outcome(data::PackedBatch const& batch, std::size_t example,
                                        std::vector<double> const& prediction) const {
  return {batch.label_values[example], prediction[0]};
}

std::map<std::string, double> Regression::measure(Outcomes const& outcomes) const {
  return regression_metrics(outcomes);
}

nlohmann::ordered_json Regression::describe(std::vector<double> const& prediction,
                                            std::vector<std::string> const&) const {
  return {{"prediction", prediction[0]}};
}

}  // namespace tartan::task
