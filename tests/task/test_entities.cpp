#include "task/entities.hpp"

#include <tartan/task/metrics.hpp>

#include <gtest/gtest.h>

namespace tartan::task {
namespace {

std::vector<Entity> found(std::vector<std::string> const& labels) { return entities(tags_of(labels)); }

TEST(Entities, AreRunsOfOneType) {
  EXPECT_EQ(found({"B-PER", "I-PER", "O", "B-ORG"}), (std::vector<Entity>{{0, 2, "PER"}, {3, 4, "ORG"}}));
  EXPECT_EQ(found({"B-X", "B-X", "I-X"}), (std::vector<Entity>{{0, 1, "X"}, {1, 3, "X"}}));
  EXPECT_EQ(found({"O", "O"}), std::vector<Entity>{});
  EXPECT_EQ(found({}), std::vector<Entity>{});
}

TEST(Entities, BeginAlsoAtAnInnerWord) {
  EXPECT_EQ(found({"I-X", "I-X", "O", "I-Y"}), (std::vector<Entity>{{0, 2, "X"}, {3, 4, "Y"}}));
  EXPECT_EQ(found({"B-X", "I-Y", "I-X"}), (std::vector<Entity>{{0, 1, "X"}, {1, 2, "Y"}, {2, 3, "X"}}));
}

TEST(Entities, MayBeClosed) {
  EXPECT_EQ(found({"B-X", "E-X", "I-X", "S-X", "I-X"}),
            (std::vector<Entity>{{0, 2, "X"}, {2, 3, "X"}, {3, 4, "X"}, {4, 5, "X"}}));
}

TEST(Entities, WithoutPrefixesEveryWordIsOne) {
  EXPECT_EQ(found({"NOUN", "NOUN", "O", "B-X"}), (std::vector<Entity>{{0, 1, "NOUN"}, {1, 2, "NOUN"}, {3, 4, "B-X"}}));
}

TEST(WordMetrics, SumOverExamples) {
  // entities, then two classes: hits, expected, predicted
  auto const metrics = word_metrics(Outcomes({1, 2, 1, 3, 4, 3, 0, 0, 1, 0, 1, 2, 1, 1, 2, 1, 2, 1}, 9));
  EXPECT_DOUBLE_EQ(metrics.at("f1"), 2.0 / 6);
  EXPECT_DOUBLE_EQ(metrics.at("accuracy"), 5.0 / 7);
  EXPECT_DOUBLE_EQ(metrics.at("macro-f1"), (8.0 / 10 + 2.0 / 4) / 2);
  EXPECT_EQ(word_metrics(Outcomes({}, 0)).at("f1"), 0);
}

}  // namespace
}  // namespace tartan::task
