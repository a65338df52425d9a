#include "core/throws.hpp"
#include "texts.hpp"

namespace tartan::task {
namespace {

using namespace tartan::testing;
using Tokens = std::vector<std::int64_t>;

class SentenceOrderTest : public TextsTest {
 protected:
  void open_on(data::PackedBatch const& untouched) { TextsTest::open_on(ObjectiveKind::sentence_order, untouched); }
  //! What becomes of `tokens`, cls and sep added, where the draw swaps (0) or not (1).
  Tokens drawn(Tokens const& words, std::int64_t target) {
    std::uint64_t key = 0;
    do {
      batch = transformed(texts({words}, ++key));
    } while (batch.targets[0] != target && key < 100);
    return batch.encoder.tokens;
  }
};

TEST_F(SentenceOrderTest, SwapsTheHalvesOfTheWords) {
  open_on(texts({{10, 11, 12}}));
  EXPECT_EQ(drawn({10, 11, 12, 13, 14}, 1), (Tokens{1, 10, 11, 12, 13, 14, 2}));
  EXPECT_EQ(drawn({10, 11, 12, 13, 14}, 0), (Tokens{1, 12, 13, 14, 10, 11, 2}));
  EXPECT_EQ(drawn({10, 11}, 0), (Tokens{1, 11, 10, 2}));
  EXPECT_EQ(drawn({10, 11, 2, 12, 13, 14, 15}, 0), (Tokens{1, 13, 14, 2, 15, 10, 11, 12, 2}));  // a pair of texts
}

TEST_F(SentenceOrderTest, AnUnknownWordIsAWord) {
  data::ShardInfo info = shard_info();
  info.unk_id = 10;
  open_on(texts({{10, 11}}));
  for (std::uint64_t key = 0; key < 20; ++key) {
    data::PackedBatch one = texts({{10, 11}}, key);
    objective->transform(one, info);
    EXPECT_EQ(one.encoder.tokens, one.targets[0] == 1 ? (Tokens{1, 10, 11, 2}) : (Tokens{1, 11, 10, 2}));
  }
}

TEST_F(SentenceOrderTest, LessThanTwoWordsHaveNoOrder) {
  open_on(texts({{}, {10}, {10, 11}}));
  EXPECT_EQ(batch.targets[0], -1);
  EXPECT_EQ(batch.targets[1], -1);
  EXPECT_GE(batch.targets[2], 0);
  EXPECT_EQ(batch.num_targets(), 1);
  EXPECT_EQ(batch.rows, (Tokens{0, 2, 5}));
  EXPECT_EQ(Tokens(batch.encoder.tokens.begin(), batch.encoder.tokens.begin() + 5), (Tokens{1, 2, 1, 10, 2}));
}

TEST_F(SentenceOrderTest, OnlyTheFirstSequenceIsAsked) {
  open_on(texts({{10, 11}}));
  for (std::uint64_t key = 0; key < 10; ++key) {
    data::PackedBatch two = texts({{10, 11}, {20, 21}}, key);
    two.example_starts = {0, 2};
    two.examples.pop_back(), two.example_keys.pop_back();
    objective->transform(two, shard_info());
    EXPECT_EQ(two.rows, Tokens{0});
    EXPECT_EQ(Tokens(two.encoder.tokens.begin() + 4, two.encoder.tokens.end()), (Tokens{1, 20, 21, 2}));
  }
}

TEST_F(SentenceOrderTest, HalfOfTheTextsAreSwapped) {
  open_on(random_texts(4000, 6));
  double in_order = 0;
  for (auto const target : batch.targets) in_order += static_cast<double>(target);
  EXPECT_NEAR(in_order / 4000, 0.5, 0.03);
  EXPECT_EQ(transformed(before).encoder.tokens, batch.encoder.tokens);
}

TEST_F(SentenceOrderTest, DrawsFollowTheExampleAlone) {
  open_on(random_texts(2, 4));
  expect_own_draws(9);
}

TEST_F(SentenceOrderTest, LossIsCrossEntropyThroughTheHead) {
  open_on(texts({{10, 11, 12}, {13}, {14, 15}}));
  at::Tensor const inner = at::tanh(at::linear(hidden(), parameter("fc.weight"), parameter("fc.bias")));
  at::Tensor const scores = at::linear(inner, parameter("out.weight"), parameter("out.bias"));
  ASSERT_EQ(scores.size(1), 2);
  at::Tensor const log_p = at::log_softmax(scores, 1);
  EXPECT_NEAR(loss(), -(log_p[0][batch.targets[0]] + log_p[2][batch.targets[2]]).item<double>(), 1e-12);
}

TEST_F(SentenceOrderTest, AUniformPredictionCostsOne) {
  open({.kind = ObjectiveKind::sentence_order, .loss_scale = LossScale::uniform});
  batch = transformed(random_texts(4, 5));
  at::NoGradGuard no_grad;
  for (auto const* part : {"out.weight", "out.bias"}) parameter(part).zero_();
  EXPECT_NEAR(loss(), 4, 1e-12);
}

TEST_F(SentenceOrderTest, GradientIsThatOfFiniteDifferences) {
  open_on(random_texts(5, 7));
  expect_gradient_of_finite_differences();
}

TEST_F(SentenceOrderTest, PredictsNoLabels) {
  open_on(random_texts(1, 3));
  EXPECT_EQ(traits(ObjectiveKind::sentence_order).data, "text");
  EXPECT_FALSE(has_labels(ObjectiveKind::sentence_order));
  message_of(ExitStatus::usage, [&] { predictions(); });
}

}  // namespace
}  // namespace tartan::task
