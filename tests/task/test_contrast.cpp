#include "core/throws.hpp"
#include "texts.hpp"

#include <cmath>

namespace tartan::task {
namespace {

using namespace tartan::testing;
using Vectors = std::vector<std::vector<double>>;

double cosine(std::vector<double> const& a, std::vector<double> const& b) {
  double dot = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) dot += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  return dot / std::sqrt(aa * bb);
}

//! The formula, text by text.
double reference(Vectors const& first, Vectors const& second) {
  double sum = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    double all = 0;
    for (auto const& other : second) all += std::exp(cosine(first[i], other) / 0.05);
    sum += std::log(all) - cosine(first[i], second[i]) / 0.05;
  }
  return sum;
}

class ContrastTest : public TextsTest {
 protected:
  void open_on(data::PackedBatch const& untouched) { TextsTest::open_on(ObjectiveKind::contrast, untouched); }
  Vectors embedded(Pass const& pass, bool dropout) {
    auto const changed = changed_by(pass, batch);
    auto const& seen = changed ? *changed : batch;
    at::Tensor const x = model->encoder.forward(model->parameters, seen, seen.rows, {dropout});
    at::Tensor const z = at::tanh(at::linear(x, parameter("fc.weight"), parameter("fc.bias")));
    Vectors rows;
    for (std::int64_t r = 0; r < z.size(0); ++r) {
      rows.emplace_back();
      for (std::int64_t c = 0; c < z.size(1); ++c) rows.back().push_back(z[r][c].item<double>());
    }
    return rows;
  }
};

TEST_F(ContrastTest, LossIsTheFormulaWithDropoutAsNoise) {
  open_on(random_texts(5, 7));
  EXPECT_EQ(batch.encoder.tokens, before.encoder.tokens);
  EXPECT_EQ(batch.num_targets(), 5);
  auto const passes = objective->passes();
  ASSERT_EQ(passes.size(), 2U);
  Vectors const first = embedded(passes[0], true), second = embedded(passes[1], true);
  EXPECT_LT(cosine(first[0], second[0]), 1 - 1e-6);
  EXPECT_NEAR(loss_now(), reference(first, second), 1e-9);
}

TEST_F(ContrastTest, OnePassIsBothWhereThereIsNoNoise) {
  open_on(random_texts(4, 7));
  Vectors const only = embedded({}, false);
  EXPECT_NEAR(loss(), reference(only, only), 1e-9);
  EXPECT_NEAR(first_pass_loss(*objective, place(), batch).item<double>(), loss(), 1e-12);
}

TEST_F(ContrastTest, GradientIsThatOfFiniteDifferences) {
  open_on(random_texts(5, 7));
  expect_gradient_of_finite_differences();
}

TEST_F(ContrastTest, OneTextAloneTeachesNothing) {
  open_on(random_texts(1, 7));
  at::Tensor const gradient = at::zeros_like(model->parameters.values());
  model->parameters.bind_gradients(gradient);
  at::Tensor const one = forward_loss(*objective, dropping(), batch);
  torch::autograd::backward({one}, {});
  EXPECT_EQ(one.item<double>(), 0);
  EXPECT_EQ(gradient.abs().max().item<double>(), 0);
}

TEST_F(ContrastTest, AUniformPredictionCostsOne) {
  open({.kind = ObjectiveKind::contrast, .loss_scale = LossScale::uniform});
  batch = transformed(texts(std::vector(6, std::vector<std::int64_t>{10, 11})));
  EXPECT_NEAR(loss(), 6, 1e-9);  // all texts are alike
}

//! What one of several ranks gathers, the others' encodings being known.
GatherRows gather_as(std::size_t rank, std::vector<at::Tensor> encodings) {
  return [=](at::Tensor const& own) mutable {
    std::int64_t first = 0;
    for (std::size_t r = 0; r < rank; ++r) first += encodings[r].size(0);
    encodings[rank] = own;
    return RowsOfRanks{at::cat(encodings), first};
  };
}

TEST_F(ContrastTest, LossesAndGradientsOfRanksAddUp) {
  data::PackedBatch const a = random_texts(3, 7, 1), b = texts({}), c = random_texts(2, 5, 50);
  std::vector<data::PackedBatch const*> const shares = {&a, &b, &c};
  open_on(data::concatenate(shares));
  auto const learn = [&](HeadPlace const& place, data::PackedBatch const& seen, at::Tensor const& gradient) {
    model->parameters.bind_gradients(gradient);
    at::Tensor const loss = forward_loss(*objective, place, seen);
    torch::autograd::backward({loss}, {});
    return loss.item<double>();
  };
  at::Tensor const whole = at::zeros_like(model->parameters.values()), sum = at::zeros_like(whole);
  double const expected = learn(dropping(), batch, whole);
  std::vector<at::Tensor> encodings;
  HeadPlace listening = dropping();
  listening.gather = [&](at::Tensor const& own) {
    encodings.push_back(own.detach());
    return RowsOfRanks{own};
  };
  for (auto const* share : shares) forward_loss(*objective, listening, transformed(*share));
  double losses = 0;
  for (std::size_t r = 0; r < shares.size(); ++r) {
    HeadPlace place = dropping();
    place.gather = gather_as(r, encodings);
    losses += learn(place, transformed(*shares[r]), sum);
  }
  EXPECT_NEAR(losses, expected, 1e-10);
  EXPECT_LE((sum - whole).abs().max().item<double>(), 1e-11 * (1 + whole.abs().max().item<double>()));
}

TEST_F(ContrastTest, PredictsNoLabels) {
  open_on(random_texts(1, 3));
  EXPECT_TRUE(objective->spans_ranks());
  message_of(ExitStatus::usage, [&] { predictions(); });
}

}  // namespace
}  // namespace tartan::task
