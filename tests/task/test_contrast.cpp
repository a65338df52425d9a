#include "contrast_test.hpp"
#include "core/throws.hpp"

namespace tartan::task {
namespace {

using namespace tartan::testing;

class ContrastTest : public ContrastingTest {
 protected:
  void open_on(data::PackedBatch const& untouched) { TextsTest::open_on(ObjectiveKind::contrast, untouched); }
  Vectors embedded(Pass const& pass, bool dropout) {
    auto const changed = changed_by(pass, batch);
    return ContrastingTest::embedded(changed ? *changed : batch, dropout);
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
  EXPECT_EQ(learn(dropping(), batch, gradient), 0);
  EXPECT_EQ(gradient.abs().max().item<double>(), 0);
}

TEST_F(ContrastTest, AUniformPredictionCostsOne) {
  open({.kind = ObjectiveKind::contrast, .loss_scale = LossScale::uniform});
  batch = transformed(texts(std::vector(6, std::vector<std::int64_t>{10, 11})));
  EXPECT_NEAR(loss(), 6, 1e-9);  // all texts are alike
}

TEST_F(ContrastTest, LossesAndGradientsOfRanksAddUp) {
  data::PackedBatch const a = random_texts(3, 7, 1), b = texts({}), c = random_texts(2, 5, 50);
  expect_ranks_add_up(ObjectiveKind::contrast, {&a, &b, &c});
}

TEST_F(ContrastTest, PredictsNoLabels) {
  open_on(random_texts(1, 3));
  EXPECT_TRUE(objective->spans_ranks());
  message_of(ExitStatus::usage, [&] { predictions(); });
}

}  // namespace
}  // namespace tartan::task
