#include <tartan/data/labels.hpp>
#include <tartan/task/objective.hpp>

#include <gtest/gtest.h>

namespace tartan::task {
namespace {

TEST(ObjectiveKindTest, NamesAreWrittenWithDashes) {
  EXPECT_EQ(objective_name(ObjectiveKind::token_classification), "token-classification");
  for (auto const& [name, kind] : objective_names()) {
    EXPECT_EQ(objective_name(kind), name);
    EXPECT_EQ(name.find('_'), std::string::npos);
  }
}

// Either it predicts labels that its data have, or it asks something of texts, whatever labels they have
TEST(ObjectiveKindTest, EachSaysWhatItReadsAndAsks) {
  for (auto const& [name, kind] : objective_names()) {
    SCOPED_TRACE(name);
    ASSERT_NE(traits(kind).make, nullptr);
    ASSERT_TRUE(data::is_kind(traits(kind).data));
    EXPECT_EQ(has_labels(kind), data::label_use(traits(kind).data) != data::LabelUse::none);
    EXPECT_EQ(has_labels(kind), traits(kind).question.empty());
  }
}

TEST(ObjectiveKindTest, TheMlmHeadIsTheEncoders) {
  for (auto const& [name, kind] : objective_names()) EXPECT_EQ(is_masked_lm(kind), name == "mlm");
}

TEST(ObjectiveKindTest, WhatItsDataTellOfIt) {
  EXPECT_TRUE(has_label_names(ObjectiveKind::multilabel));
  EXPECT_FALSE(has_label_names(ObjectiveKind::choice));
  EXPECT_TRUE(has_values(ObjectiveKind::regression));
  EXPECT_FALSE(has_values(ObjectiveKind::classification));
}

}  // namespace
}  // namespace tartan::task
