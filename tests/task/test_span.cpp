#include "objective_test.hpp"

#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

using namespace tartan::testing;

class SpanTest : public ObjectiveTest {
 protected:
  //! Two windows of 7 and 12 tokens, then an example of one of 5; every token but a window's first stands for a letter.
  SpanTest() {
    batch.examples = {0, 1};
    batch.example_keys.resize(2);
    batch.example_starts = {0, 2, 3};
    batch.label_places = {2, 4, 0, 0, 3, 3};
    for (std::int64_t const tokens : {19, 5}) {
      offsets.emplace_back();
      for (std::int64_t t = 0; t < tokens; ++t)
        for (std::int64_t const end : {t, t + 1})
          offsets.back().push_back(t == 0 || t == 7 ? 0 : static_cast<std::uint32_t>(end));
      batch.passages.push_back({"abcdefghijklmnopqrstuvwxyz", {"cde"}, offsets.back()});
    }
    batch.passages[1].answers.clear();
  }
  void open_span(LossScale scale = LossScale::none) {
    open({.kind = ObjectiveKind::span, .loss_scale = scale});
    objective->transform(batch, {});
  }
  at::Tensor scores() const {
    return at::addmm(model->parameters.at("own.out.bias"), hidden(), model->parameters.at("own.out.weight").t());
  }
  //! Of one window, by hand.
  double cost(std::int64_t begin, std::int64_t end, std::int64_t first, std::int64_t last) const {
    at::Tensor const log_p = at::log_softmax(scores().slice(0, begin, end), 0);
    return -(log_p[first][0] + log_p[last][1]).item<double>() / 2;
  }
  std::vector<std::vector<std::uint32_t>> offsets;
};

TEST_F(SpanTest, AnExamplesLossIsTheMeanOverItsWindows) {
  open_span();
  EXPECT_EQ(batch.num_targets(), 2);
  EXPECT_EQ(batch.rows.size(), 24U);
  EXPECT_NEAR(loss(), (cost(0, 7, 2, 4) + cost(7, 19, 0, 0)) / 2 + cost(19, 24, 3, 3), 1e-10);
}

TEST_F(SpanTest, UnlabelledCostsNothing) {
  batch.label_places = {-1, -1, -1, -1, 3, 3};
  open_span();
  EXPECT_EQ(batch.num_targets(), 1);
  EXPECT_NEAR(loss(), cost(19, 24, 3, 3), 1e-10);
  std::ranges::fill(batch.label_places, -1);
  objective->transform(batch, {});
  at::Tensor const nothing = objective->loss(place(), {hidden().requires_grad_()}, batch);
  EXPECT_EQ(nothing.item<double>(), 0);
  EXPECT_TRUE(nothing.requires_grad());
}

TEST_F(SpanTest, AUniformPredictionCostsOneForEachExample) {
  open_span(LossScale::uniform);
  at::NoGradGuard no_grad;
  for (auto const* part : {"own.out.weight", "own.out.bias"}) model->parameters.at(part).zero_();
  EXPECT_NEAR(loss(), 2, 1e-12);
}

TEST_F(SpanTest, GradientsAreFinite) {
  open_span();
  at::Tensor const rows = hidden().detach().requires_grad_();
  objective->loss(place(), {rows}, batch).backward();
  EXPECT_TRUE(at::isfinite(rows.grad()).all().item<bool>());
  EXPECT_GT(rows.grad().abs().min().item<double>(), 0);
}

TEST_F(SpanTest, DropoutIsTheExamplesOwn) {
  open_span();
  batch.example_keys = {11, 12};
  HeadPlace dropping{model->encoder, model->parameters, model->parameters, "own", true};
  double const both = objective->loss(dropping, {hidden()}, batch).item<double>();
  EXPECT_EQ(both, objective->loss(dropping, {hidden()}, batch).item<double>());
  batch.example_keys = {11, 13};
  EXPECT_NE(both, objective->loss(dropping, {hidden()}, batch).item<double>());
}

TEST_F(SpanTest, WhatIsPredictedIsCutOutOfTheContext) {
  open_span();
  auto const p = predictions();
  auto const line = objective->describe(batch, 0, p[0], {});
  EXPECT_EQ(line["n_best"].size(), 21U);
  EXPECT_EQ(line["prediction"], line["n_best"][0]["text"]);
  double sum = 0;
  for (auto const& answer : line["n_best"]) {
    sum += answer["probability"].get<double>();
    if (answer["start"].is_null()) continue;
    std::string const text = answer["text"], context(batch.passages[0].context);
    EXPECT_EQ(context.substr(answer["start"], text.size()), text);
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_EQ(objective->outcome(batch, 0, {2, 5, 1}), (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(objective->outcome(batch, 1, {0, 0, 1}), (std::vector<double>{1, 1, 0}));
  EXPECT_EQ(objective->outcome(batch, 1, {2, 5, 1}), (std::vector<double>{0, 0, 0}));
}

TEST_F(SpanTest, AnExampleDoesNotDependOnTheOthers) {
  open_span();
  auto const together = predictions()[0];
  batch = data::PackedBatch(batch);
  for (auto* all : {&batch.encoder.tokens, &batch.encoder.positions}) all->resize(19);
  batch.encoder.segments.resize(std::min<std::size_t>(batch.encoder.segments.size(), 19));
  batch.encoder.sequence_starts.resize(3);
  batch.example_starts = {0, 2};
  batch.examples = {0};
  batch.example_keys.resize(1);
  batch.label_places.resize(4);
  batch.passages.resize(1);
  objective->transform(batch, {});
  auto const alone = predictions()[0];
  ASSERT_EQ(alone.size(), together.size());
  for (std::size_t at = 0; at < alone.size(); ++at) EXPECT_NEAR(alone[at], together[at], 1e-9);
}

}  // namespace
}  // namespace tartan::task
