#include "core/throws.hpp"
#include "texts.hpp"

#include <set>

namespace tartan::task {
namespace {

using namespace tartan::testing;

class ReplacedTokensTest : public TextsTest {
 protected:
  void open_on(data::PackedBatch const& untouched, double rate = 0.15) {
    TextsTest::open_on(ObjectiveKind::replaced_tokens, untouched, rate);
  }
};

TEST_F(ReplacedTokensTest, AsksOfEveryWordWhetherItIsAnother) {
  open_on(random_texts(50, 20), 0.3);
  std::vector<std::int64_t> words;
  for (std::size_t t = 0; t < before.encoder.tokens.size(); ++t)
    if (before.encoder.tokens[t] > 3) words.push_back(static_cast<std::int64_t>(t));
  ASSERT_EQ(batch.rows, words);
  for (std::size_t r = 0; r < words.size(); ++r) {
    auto const t = static_cast<std::size_t>(words[r]);
    EXPECT_EQ(batch.targets[r], batch.encoder.tokens[t] != before.encoder.tokens[t] ? 1 : 0);
    EXPECT_GT(batch.encoder.tokens[t], 3);
    EXPECT_LT(batch.encoder.tokens[t], 61);
  }
  EXPECT_EQ(batch.num_targets(), 1000);
}

TEST_F(ReplacedTokensTest, ReplacesAsManyAsAskedByAnyOther) {
  open_on(random_texts(1000, 30));
  double replaced = 0;
  for (auto const target : batch.targets) replaced += static_cast<double>(target);
  EXPECT_NEAR(replaced / 30000, 0.15, 0.01);
  open_on(texts(std::vector(200, std::vector<std::int64_t>(30, 17))), 1);
  std::map<std::int64_t, int> counts;
  for (auto const row : batch.rows) ++counts[batch.encoder.tokens[static_cast<std::size_t>(row)]];
  EXPECT_EQ(counts.size(), 56U);  // all but four special ones and 17
  EXPECT_FALSE(counts.contains(17));
  for (auto const& [token, count] : counts) EXPECT_NEAR(count, 6000.0 / 56, 50) << token;
}

TEST_F(ReplacedTokensTest, DrawsFollowTheExampleAlone) {
  open_on(random_texts(2, 4), 0.4);
  EXPECT_EQ(transformed(before).encoder.tokens, batch.encoder.tokens);
  EXPECT_NE(transformed(random_texts(3, 20, 1)).targets, transformed(random_texts(3, 20, 2)).targets);
  expect_own_draws(9);
}

TEST_F(ReplacedTokensTest, LossIsCrossEntropyOfEachWord) {
  open_on(random_texts(2, 6), 0.5);
  at::Tensor const log_p = at::log_softmax(at::linear(hidden(), parameter("out.weight"), parameter("out.bias")), 1);
  ASSERT_EQ(log_p.size(1), 2);
  double expected = 0;
  for (std::size_t r = 0; r < batch.targets.size(); ++r)
    expected -= log_p[static_cast<std::int64_t>(r)][batch.targets[r]].item<double>();
  EXPECT_NEAR(loss(), expected, 1e-11);
}

TEST_F(ReplacedTokensTest, GradientIsThatOfFiniteDifferences) {
  open_on(random_texts(5, 7), 0.4);
  expect_gradient_of_finite_differences();
}

TEST_F(ReplacedTokensTest, ATextWithoutWordsCostsNothing) {
  open_on(texts({{}}));
  EXPECT_FALSE(batch.has_targets());
  EXPECT_EQ(loss_now(), 0);
}

TEST_F(ReplacedTokensTest, RefusesWhatCannotBe) {
  open_on(texts({{10}}));
  data::ShardInfo info = shard_info();
  info.vocab_size = 5;
  info.source = "words.txt";
  data::PackedBatch two = texts({{4}});
  EXPECT_NO_THROW(objective->transform(two, info));
  auto const always = make_objective({.kind = ObjectiveKind::replaced_tokens, .mask_rate = 1});
  std::string const said = message_of(ExitStatus::data, [&] { always->transform(two, info); });
  EXPECT_NE(said.find("words.txt"), std::string::npos) << said;
  auto const beyond = make_objective({.kind = ObjectiveKind::replaced_tokens, .mask_rate = 1.5});
  message_of(ExitStatus::usage, [&] { beyond->transform(two, info); });
  message_of(ExitStatus::usage, [&] { predictions(); });
}

}  // namespace
}  // namespace tartan::task
