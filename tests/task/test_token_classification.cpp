#include "objective_test.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

using namespace tartan::testing;

class TokenClassificationTest : public ObjectiveTest {
 protected:
  //! Examples of 7, 12 and 5 tokens with 2, 3 and no words, one of them unlabelled.
  TokenClassificationTest() {
    batch.label_places.assign(24, -2);
    batch.label_places[1] = 1;
    batch.label_places[4] = 2;
    batch.label_places[8] = 0;
    batch.label_places[9] = -1;
    batch.label_places[17] = 2;
  }
  void open_words(LossScale scale = LossScale::none) {
    open({.kind = ObjectiveKind::token_classification,
          .outputs = 3,
          .loss_scale = scale,
          .label_names = {"O", "B-X", "I-X"}});
    objective->transform(batch, {});
  }
};

TEST_F(TokenClassificationTest, ReadsTheFirstTokensOfWords) {
  open_words();
  EXPECT_EQ(batch.rows, (std::vector<std::int64_t>{1, 4, 8, 9, 17}));
  EXPECT_EQ(batch.targets, (std::vector<std::int64_t>{1, 2, 0, -1, 2}));
  EXPECT_EQ(batch.num_targets(), 4);
}

TEST_F(TokenClassificationTest, UnknownWordsCostNothing) {
  open_words();
  auto const p = predictions();
  ASSERT_EQ(p[0].size(), 6U);
  ASSERT_EQ(p[1].size(), 9U);
  EXPECT_TRUE(p[2].empty());
  EXPECT_NEAR(loss(), -std::log(p[0][1]) - std::log(p[0][5]) - std::log(p[1][0]) - std::log(p[1][8]), 1e-10);
}

TEST_F(TokenClassificationTest, AUniformPredictionCostsOneForEachWord) {
  open_words(LossScale::uniform);
  at::NoGradGuard no_grad;
  for (auto const* part : {"own.out.weight", "own.out.bias"}) model->parameters.at(part).zero_();
  EXPECT_NEAR(loss(), 4, 1e-12);
}

TEST_F(TokenClassificationTest, NoWordIsALossOfZeroWithAGradient) {
  std::ranges::fill(batch.label_places, -2);
  open_words();
  EXPECT_TRUE(batch.rows.empty());
  EXPECT_EQ(predictions(), Predictions(3));
  EXPECT_EQ(loss(), 0);
  EXPECT_TRUE(objective->loss(place(), {hidden().requires_grad_()}, batch).requires_grad());
}

TEST_F(TokenClassificationTest, CountsHitsOfEntitiesAndOfWords) {
  open_words();
  std::vector<double> const said = {0.1, 0.8, 0.1, 0.1, 0.1, 0.8};  // B-X I-X, as expected
  EXPECT_EQ(objective->outcome(batch, 0, said), (std::vector<double>{1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1}));
  std::vector<double> const other = {0.9, 0, 0.1, 0.2, 0.7, 0.1, 0.5, 0.4, 0.1};  // O, passed over, O; expected O I-X
  EXPECT_EQ(objective->outcome(batch, 1, other), (std::vector<double>{0, 1, 0, 1, 1, 2, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ(objective->outcome(batch, 2, {}), std::vector<double>(12, 0));
  auto const line = objective->describe(batch, 0, said, {"O", "B-X", "I-X"});
  EXPECT_EQ(line.dump(), R"({"prediction":["B-X","I-X"],"probabilities":[0.8,0.8]})");
}

}  // namespace
}  // namespace tartan::task
