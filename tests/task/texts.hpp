#pragma once

#include "objective_test.hpp"

#include <torch/csrc/autograd/autograd.h>

namespace tartan::testing {

//! Texts for objectives without labels: [CLS], words, [SEP]. Text i has the key `key` + i.
inline data::PackedBatch texts(std::vector<std::vector<std::int64_t>> const& all_words, std::uint64_t key = 1000) {
  data::PackedBatch batch;
  for (auto const& words : all_words) {
    std::vector<std::int64_t> tokens = {shard_info().cls_id};
    tokens.insert(tokens.end(), words.begin(), words.end());
    tokens.push_back(shard_info().sep_id);
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      batch.encoder.tokens.push_back(tokens[t]);
      batch.encoder.positions.push_back(static_cast<std::int64_t>(t));
    }
    batch.encoder.sequence_starts.push_back(batch.encoder.num_tokens());
    batch.example_starts.push_back(batch.encoder.num_sequences());
    batch.example_keys.push_back(key + batch.examples.size());
    batch.examples.push_back(batch.examples.size());
  }
  return batch;
}

//! As many random texts of so many words.
inline data::PackedBatch random_texts(std::size_t count, std::size_t length, std::uint64_t key = 1000) {
  Stream draws{Key(key)};
  std::vector<std::vector<std::int64_t>> words(count);
  for (auto& text : words)
    for (std::size_t w = 0; w < length; ++w) text.push_back(4 + static_cast<std::int64_t>(draws.below(57)));
  return texts(words, key);
}

class TextsTest : public ObjectiveTest {
 protected:
  void open_on(task::ObjectiveKind kind, data::PackedBatch const& untouched, double mask_rate = 0.15) {
    open({.kind = kind, .head_dropout = 0.3, .mask_rate = mask_rate});
    before = batch = untouched;
    objective->transform(batch, shard_info());
  }
  data::PackedBatch transformed(data::PackedBatch other) const {
    objective->transform(other, shard_info());
    return other;
  }
  task::HeadPlace dropping() const {
    task::HeadPlace result = place();
    result.dropout = true;
    return result;
  }
  at::Tensor parameter(char const* name) const { return model->parameters.at(std::string("own.") + name); }
  double loss_now() const { return task::forward_loss(*objective, dropping(), batch).item<double>(); }

  //! In a batch of others it is changed as in a batch of its own.
  void expect_own_draws(std::size_t length) {
    data::PackedBatch const a = random_texts(3, length, 7), b = random_texts(2, length, 900);
    data::PackedBatch const both = transformed(data::concatenate({&a, &b}));
    data::PackedBatch const own_a = transformed(a), own_b = transformed(b);
    data::PackedBatch const joined = data::concatenate({&own_a, &own_b});
    EXPECT_EQ(both.encoder.tokens, joined.encoder.tokens);
    EXPECT_EQ(both.rows, joined.rows);
    EXPECT_EQ(both.targets, joined.targets);
  }

  //! Of the loss with dropout, along a random direction in all parameters.
  void expect_gradient_of_finite_differences() {
    at::Tensor const values = model->parameters.values(), gradient = at::zeros_like(values);
    model->parameters.bind_gradients(gradient);
    torch::autograd::backward({task::forward_loss(*objective, dropping(), batch)}, {});
    at::NoGradGuard no_grad;
    at::Tensor const direction = at::randn(values.sizes(), values.options()), start = values.clone();
    auto const at = [&](double length) {
      values.copy_(start + length * direction);
      return loss_now();
    };
    double const step = 1e-5, slope = (at(step) - at(-step)) / (2 * step);
    values.copy_(start);
    EXPECT_NEAR(at::dot(gradient, direction).item<double>(), slope, 1e-6 * (1 + std::abs(slope)));
    EXPECT_GT(gradient.narrow(0, 0, model->parameters.layout().body_size()).norm().item<double>(), 1e-3);
  }

  data::PackedBatch before;
};

}  // namespace tartan::testing
