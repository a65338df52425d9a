#include "contrast_test.hpp"

namespace tartan::task {
namespace {

using namespace tartan::testing;
using Words = std::vector<std::vector<std::int64_t>>;

Words const first_texts = {{4, 5, 6, 7}, {8, 9}, {10, 11, 12, 13, 14}}, second_texts = {{7, 6}, {9, 8, 30, 31}, {12}};

//! Texts 0 and 1 are an example, and so on.
data::PackedBatch in_pairs(data::PackedBatch batch) {
  std::size_t const pairs = batch.examples.size() / 2;
  batch.example_starts.resize(pairs + 1);
  for (std::size_t e = 0; e <= pairs; ++e) batch.example_starts[e] = static_cast<std::int64_t>(2 * e);
  batch.examples.resize(pairs);
  batch.example_keys.resize(pairs);
  return batch;
}

data::PackedBatch pairs_of(Words const& first, Words const& second) {
  Words all;
  for (std::size_t e = 0; e < first.size(); ++e) all.push_back(first[e]), all.push_back(second[e]);
  return in_pairs(texts(all));
}

data::PackedBatch random_pairs(std::size_t count, std::size_t length, std::uint64_t key = 1000) {
  return in_pairs(random_texts(2 * count, length, key));
}

class ContrastPairsTest : public ContrastingTest {
 protected:
  void open_on(data::PackedBatch const& untouched) { TextsTest::open_on(ObjectiveKind::contrast_pairs, untouched); }
  //! Each text encoded in a batch of its own.
  Vectors alone(Words const& all) {
    Vectors result;
    for (auto const& words : all) {
      data::PackedBatch one = texts({words});
      one.rows = {0};
      result.push_back(embedded(one, false).front());
    }
    return result;
  }
};

TEST_F(ContrastPairsTest, LossIsTheFormulaOfTextsEncodedAlone) {
  open_on(pairs_of(first_texts, second_texts));
  EXPECT_EQ(batch.encoder.tokens, before.encoder.tokens);
  EXPECT_EQ(batch.num_targets(), 3);
  double const expected = reference(alone(first_texts), alone(second_texts));
  EXPECT_NEAR(loss(), expected, 1e-9);
  EXPECT_NEAR(first_pass_loss(*objective, place(), batch).item<double>(), expected, 1e-9);
  EXPECT_GT(std::abs(expected - reference(alone(second_texts), alone(first_texts))),
            1e-3);  // the order of views counts
}

TEST_F(ContrastPairsTest, TextsThatAreAlikeHaveDropoutOfTheirOwn) {
  open_on(pairs_of(first_texts, first_texts));
  ASSERT_EQ(objective->passes().size(), 1U);
  Vectors const both = embedded(batch, true), first = {both[0], both[2], both[4]}, second = {both[1], both[3], both[5]};
  for (std::size_t e = 0; e < first.size(); ++e) EXPECT_LT(cosine(first[e], second[e]), 1 - 1e-6);
  EXPECT_NEAR(loss_now(), reference(first, second), 1e-9);
}

TEST_F(ContrastPairsTest, GradientIsThatOfFiniteDifferences) {
  open_on(random_pairs(5, 7));
  expect_gradient_of_finite_differences();
}

TEST_F(ContrastPairsTest, OnePairAloneTeachesNothing) {
  open_on(random_pairs(1, 7));
  at::Tensor const gradient = at::zeros_like(model->parameters.values());
  EXPECT_EQ(learn(dropping(), batch, gradient), 0);
  EXPECT_EQ(gradient.abs().max().item<double>(), 0);
}

TEST_F(ContrastPairsTest, LossesAndGradientsOfRanksAddUp) {
  data::PackedBatch const a = random_pairs(3, 7, 1), b = texts({}), c = random_pairs(2, 5, 50);
  expect_ranks_add_up(ObjectiveKind::contrast_pairs, {&a, &b, &c});
}

TEST_F(ContrastPairsTest, AsksForTwoTexts) {
  open_on(random_pairs(2, 3));
  EXPECT_EQ(objective->sequences(), 2);
  EXPECT_TRUE(objective->spans_ranks());
}

}  // namespace
}  // namespace tartan::task
