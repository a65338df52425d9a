#include "close.hpp"
#include "tiny_model.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

struct Outcome {
  at::Tensor hidden, gradient;
  double loss;
};

//! A loss on the hidden states and on the masked-LM head, and its gradient.
Outcome run(Kernels kernels, Model& model, data::PackedBatch const& batch, std::vector<std::int64_t> const& rows,
            Dropout const& dropout) {
  Encoder const encoder(model.encoder.config(), kernels);
  at::Tensor const gradient = at::zeros_like(model.parameters.values());
  model.parameters.bind_gradients(gradient);
  at::Tensor const hidden = encoder.forward(model.parameters, batch, rows, dropout);
  std::vector<std::int64_t> targets;
  for (auto const row : rows) targets.push_back((7 * row + 3) % 61);
  at::manual_seed(5);
  at::Tensor const loss =
      (hidden * at::randn_like(hidden)).sum() + 0.5 * mlm_loss(encoder, model.parameters, hidden, targets);
  torch::autograd::backward({loss}, {});
  return {hidden.detach(), gradient, loss.item<double>()};
}

void compare(Model& model, data::PackedBatch const& batch, std::vector<std::int64_t> const& rows,
             Dropout const& dropout) {
  double const bound = model.parameters.values().scalar_type() == at::kDouble ? 1e-12 : 1e-5;
  Outcome const fast = run(Kernels::fast, model, batch, rows, dropout),
                plain = run(Kernels::plain, model, batch, rows, dropout);
  expect_close(fast.hidden, plain.hidden, bound, "hidden states");
  EXPECT_NEAR(fast.loss, plain.loss, bound * std::abs(plain.loss));
  // each parameter alone, but measured by the largest gradient: that of key biases is rounding only
  for (auto const& p : model.parameters.layout().parameters()) {
    at::Tensor const a = ParameterSet::stretch(fast.gradient, p.offset, p.shape),
                     b = ParameterSet::stretch(plain.gradient, p.offset, p.shape);
    bool const rounding_only = p.name.ends_with("key.bias");
    expect_close(a, b, rounding_only ? 1e9 : 10 * bound, p.name);
    if (rounding_only)
      EXPECT_LT(a.abs().max().item<double>(), 10 * bound * plain.gradient.abs().max().item<double>());
    else
      EXPECT_GT(b.abs().max().item<double>(), 0) << p.name;
  }
}

std::vector<std::int64_t> const lengths{5, 1, 40, 17, 2, 33, 16};

//! All the ways in which rows can lie; among them whole sequences without any.
std::map<std::string, std::vector<std::int64_t>> row_choices(data::PackedBatch const& batch) {
  std::vector<std::int64_t> some, none_at_the_ends;
  Stream random{Key(9)};
  for (auto const t : all_rows(batch)) {
    if (random.below(4) == 0) some.push_back(t);
    if (t >= 6 && t < 40) none_at_the_ends.push_back(t);
  }
  return {{"first tokens", first_tokens(batch)}, {"random rows", some},
          {"all rows", all_rows(batch)},         {"one row", {50}},
          {"one sequence", none_at_the_ends},    {"last token", {batch.encoder.num_tokens() - 1}}};
}

class Paths : public ::testing::TestWithParam<std::pair<char const*, Precision>> {};

TEST_P(Paths, FastEqualsPlain) {
  TinyDirectory tiny(tiny_config(GetParam().first));
  auto const model = tiny.save().open(GetParam().second);
  data::PackedBatch const batch = tiny_batch(lengths);
  for (auto const& [name, rows] : row_choices(batch))
    for (bool const dropout : {false, true}) {
      SCOPED_TRACE(name + (dropout ? ", dropout" : ""));
      compare(*model, batch, rows, {dropout, 3});
    }
}

INSTANTIATE_TEST_SUITE_P(Encoder, Paths,
                         ::testing::Values(std::pair{"bert", Precision::fp64}, std::pair{"roberta", Precision::fp64},
                                           std::pair{"bert", Precision::fp32}));

TEST(EncoderPaths, Segments) {
  auto const model = TinyDirectory().save().open();
  data::PackedBatch batch = tiny_batch(lengths);
  at::Tensor const without = run(Kernels::fast, *model, batch, first_tokens(batch), {}).hidden;
  add_segments(batch);
  EXPECT_GT(distance(run(Kernels::fast, *model, batch, first_tokens(batch), {}).hidden, without), 1e-3);
  for (auto const& [name, rows] : row_choices(batch)) compare(*model, batch, rows, {true, 0});
}

TEST(EncoderPaths, EveryActivationAndOneLayer) {
  for (char const* const act : {"gelu", "gelu_new", "relu", "silu"}) {
    SCOPED_TRACE(act);
    Json config = tiny_config("bert");
    config["hidden_act"] = act;
    config["num_hidden_layers"] = 1;
    auto const model = TinyDirectory(config).save().open();
    data::PackedBatch const batch = tiny_batch(lengths);
    compare(*model, batch, first_tokens(batch), {});
    compare(*model, batch, all_rows(batch), {true, 1});
  }
}

TEST(EncoderPaths, OnlyOneOfTheDropouts) {
  for (char const* const off : {"hidden_dropout_prob", "attention_probs_dropout_prob"}) {
    Json config = tiny_config("bert");
    config[off] = 0;
    auto const model = TinyDirectory(config).save().open();
    data::PackedBatch const batch = tiny_batch(lengths);
    compare(*model, batch, first_tokens(batch), {true, 1});
  }
}

TEST(EncoderPaths, ThreadsDoNotShow) {
  auto const model = TinyDirectory().save().open();
  data::PackedBatch const batch = tiny_batch(lengths);
  Outcome const one = run(Kernels::fast, *model, batch, first_tokens(batch), {true, 0});
  at::set_num_threads(3);
  Outcome const three = run(Kernels::fast, *model, batch, first_tokens(batch), {true, 0});
  at::set_num_threads(1);
  expect_close(three.hidden, one.hidden, 1e-14, "hidden states");  // ATen's matrix products may divide their sums
  expect_close(three.gradient, one.gradient, 1e-13, "gradient");
}

TEST(EncoderPaths, HiddenStatesEndInTheForward) {
  auto const model = TinyDirectory().save().open();
  data::PackedBatch const batch = tiny_batch(lengths);
  auto const states = model->encoder.hidden_states(model->parameters, batch.encoder);
  ASSERT_EQ(states.size(), 4U);
  at::Tensor const last = run(Kernels::fast, *model, batch, all_rows(batch), {}).hidden;
  expect_close(states[3], last, 1e-12, "last layer");
  EXPECT_GT(distance(states[2], last), 1e-2);
}

}  // namespace
}  // namespace tartan::model
