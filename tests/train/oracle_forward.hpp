#pragma once

#include "oracle_compare.hpp"
#include "oracle_subject.hpp"

#include <memory>

namespace tartan::train::oracle {

inline std::vector<double> sums_of(std::vector<at::Tensor> const& states, double power) {
  std::vector<double> sums;
  for (auto const& state : states) sums.push_back(state.to(at::kDouble).pow(power).sum().item<double>());
  return sums;
}

//! Everything that the oracle knows of one forward over NAME.B.
class Forward {
 public:
  Forward(Files const& files, Case const& c) : files_(files), subject_(files, c), compare_(c.precision) {
    model::Layout layout;
    model::add_head(layout, "dev", objective("dev_grad.0").head(subject_.model->encoder.config()));
    dev_ = std::make_unique<model::ParameterSet>(layout, subject_.model->parameters.values().options());
    subject_.start_head(*dev_, "dev", "dev");
  }

  void check_all() {
    for (auto const& [name, values] : files_.expected.at("forward").items()) {
      check_hidden_states(name, values);
      if (files_.is_mlm(name))
        check_mlm(name, values);
      else
        check_classification(name, values);
    }
  }

  void check_counts() const {
    std::map<model::Owner, std::int64_t> counts;
    auto const& layout = subject_.model->parameters.layout();
    for (auto const& p : layout.parameters()) counts[layout.segments()[p.segment].owner] += p.count;
    auto const& expected = files_.expected.at("parameter_count");
    EXPECT_EQ(counts[model::Owner::encoder], expected.at("encoder"));
    EXPECT_EQ(counts[model::Owner::encoder] + counts[model::Owner::mlm_head], expected.at("lm"));
    EXPECT_EQ(counts[model::Owner::task_head], expected.at("head"));
  }

  void check_order() const {
    auto const& layout = subject_.model->parameters.layout();
    auto const& order = files_.expected.at("lm_parameter_order");
    for (std::size_t i = 0; i < order.size(); ++i) {
      auto const index = layout.find(order[i]);
      ASSERT_TRUE(index.has_value()) << order[i];
      bool const encoder = layout.segments()[layout.parameters()[*index].segment].owner == model::Owner::encoder;
      EXPECT_EQ(encoder, i < files_.expected.at("encoder_parameters")) << order[i];
    }
  }

 private:
  task::Objective const& objective(std::string const& name) const {
    auto const tasks = files_.tasks();
    for (std::size_t i = 0; i < tasks.size(); ++i)
      if (name.starts_with(tasks[i] + ".")) return *subject_.objectives[i];
    return *subject_.objectives[subject_.end()];  // the dev batches
  }

  task::HeadPlace place(std::string const& name) {
    auto& body = subject_.model->parameters;
    std::string const primary = files_.tasks()[subject_.end()];
    if (files_.is_mlm(name)) return {subject_.model->encoder, body, body, "", false};
    if (name.starts_with(primary)) return {subject_.model->encoder, body, body, primary, false};
    return {subject_.model->encoder, body, *dev_, "dev", false};
  }

  at::Tensor hidden_at(data::PackedBatch const& batch, std::vector<std::int64_t> const& rows) {
    return subject_.model->encoder.forward(subject_.model->parameters, batch, rows, {});
  }

  void check_hidden_states(std::string const& name, nlohmann::json const& expected) {
    data::PackedBatch const batch = files_.batch(name);
    auto states = subject_.model->encoder.hidden_states(subject_.model->parameters, batch.encoder);
    std::vector<std::int64_t> all;
    for (std::int64_t t = 0; t < batch.encoder.num_tokens(); ++t) all.push_back(t);
    compare_.tensor("forward at every row of " + name, hidden_at(batch, all), states.back().to(at::kDouble));
    states.back() = hidden_at(batch, all);
    compare_.list(name + " hidden sums", sums_of(states, 1), expected.at("hidden_sum_over_real_positions"));
    compare_.list(name + " hidden square sums", sums_of(states, 2),
                  expected.at("hidden_square_sum_over_real_positions"));
    for (std::size_t i = 0; i < states.size(); ++i) {
      auto const found = files_.tensors.find("hidden." + name + "." + std::to_string(i));
      if (found != files_.tensors.end())
        compare_.tensor(found->first, states[i], found->second.index({files_.mask(name).to(at::kBool)}));
    }
  }

  double mean_loss(std::string const& name, data::PackedBatch const& batch) {
    double const sum = task::forward_loss(objective(name), place(name), batch).item<double>();
    return sum / static_cast<double>(batch.targets.size());
  }

  void check_mlm(std::string const& name, nlohmann::json const& expected) {
    data::PackedBatch const batch = files_.batch(name);
    EXPECT_EQ(batch.rows.size(), expected.at("masked_positions")) << name;
    compare_.scalar(name + " loss", mean_loss(name, batch), expected.at("mlm_loss"));
  }

  void check_classification(std::string const& name, nlohmann::json const& expected) {
    data::PackedBatch const batch = files_.batch(name);
    compare_.scalar(name + " loss", mean_loss(name, batch), expected.at("classification_loss_with_stored_head"));
    at::Tensor const hidden = hidden_at(batch, batch.rows);
    at::Tensor const& logits = files_.tensors.at("logits." + name);
    compare_.tensor("logits." + name, logits_of(place(name), hidden), logits);
    auto const rows = objective(name).predict(place(name), hidden, batch);
    at::Tensor const probabilities = at::softmax(logits, -1);
    for (std::size_t e = 0; e < rows.size(); ++e)
      compare_.tensor("probabilities of " + name, in_double(rows[e]), probabilities[static_cast<std::int64_t>(e)]);
  }

  static at::Tensor logits_of(task::HeadPlace const& place, at::Tensor const& hidden) {
    auto const linear = [&](at::Tensor const& x, std::string const& part) {
      std::string const stem = place.name + "." + part;
      return at::matmul(x, place.heads.at(stem + ".weight").t()) + place.heads.at(stem + ".bias");
    };
    return linear(at::tanh(linear(hidden, "fc")), "out");
  }

  Files const& files_;
  Subject subject_;
  Compare compare_;
  std::unique_ptr<model::ParameterSet> dev_;
};

}  // namespace tartan::train::oracle
