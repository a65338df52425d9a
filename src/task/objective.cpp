#include "objectives.hpp"

#include <tartan/core/error.hpp>

#include <cmath>
#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

[[noreturn]] void fail_without_labels() {
  fail_usage("an objective that learns from texts alone predicts no labels; name a task with another objective");
}

}  // namespace

std::unique_ptr<Objective> make_objective(ObjectiveOptions const& options) {
  return traits(options.kind).make(options);
}

double divisor(LossScale scale, std::int64_t n) {
  return scale == LossScale::uniform && n > 1 ? std::log(static_cast<double>(n)) : 1;
}

Predictions Objective::predict(HeadPlace const&, at::Tensor const&, data::PackedBatch const&) const {
  fail_without_labels();
}

std::vector<double> Objective::outcome(data::PackedBatch const&, std::size_t, std::vector<double> const&) const {
  fail_without_labels();
}

std::map<std::string, double> Objective::measure(Outcomes const&) const { fail_without_labels(); }

nlohmann::ordered_json Objective::describe(data::PackedBatch const&, std::size_t, std::vector<double> const&,
                                           std::vector<std::string> const&) const {
  fail_without_labels();
}

std::vector<std::uint64_t> keys_of(Pass const& pass, data::PackedBatch const& batch) {
  std::vector<std::uint64_t> keys = batch.example_keys;
  if (pass.view != 0)
    for (auto& key : keys) key = Key(key).with("view").with(pass.view).value();
  return keys;
}

std::optional<data::PackedBatch> changed_by(Pass const& pass, data::PackedBatch const& batch) {
  if (pass.view == 0 && pass.noise.size == 0) return std::nullopt;
  data::PackedBatch changed = batch;
  changed.example_keys = keys_of(pass, batch);
  changed.noise.assign(batch.examples.size(), pass.noise);
  return changed;
}

at::Tensor forward_loss(Objective const& objective, HeadPlace const& place, data::PackedBatch const& batch) {
  std::vector<at::Tensor> hidden;
  for (auto const& pass : objective.passes()) {
    auto const changed = changed_by(pass, batch);
    hidden.push_back(place.encoder.forward(place.body, changed ? *changed : batch, batch.rows, {place.dropout}));
  }
  return objective.loss(place, hidden, batch);
}

at::Tensor first_pass_loss(Objective const& objective, HeadPlace const& place, data::PackedBatch const& batch) {
  return objective.loss(place, {place.encoder.forward(place.body, batch, batch.rows, {place.dropout})}, batch);
}

}  // namespace tartan::task
