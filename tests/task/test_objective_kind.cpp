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

TEST(ObjectiveKindTest, EachIsMadeAndReadsAKindThatThereIs) {
  EXPECT_EQ(objective_names().size(), 11U);
  for (auto const& [name, kind] : objective_names()) {
    SCOPED_TRACE(name);
    EXPECT_NE(make_objective({.kind = kind, .outputs = 1, .label_names = {"O"}}), nullptr);
    EXPECT_TRUE(data::is_kind(traits(kind).data));
    EXPECT_EQ(has_labels(kind), traits(kind).question.empty());
    EXPECT_EQ(has_labels(kind), data::label_use(traits(kind).data) != data::LabelUse::none);
  }
}

TEST(ObjectiveKindTest, WhatItsDataTellOfIt) {
  EXPECT_TRUE(has_label_names(ObjectiveKind::multilabel));
  EXPECT_FALSE(has_label_names(ObjectiveKind::choice));
  EXPECT_TRUE(has_values(ObjectiveKind::regression));
  EXPECT_FALSE(has_values(ObjectiveKind::classification));
}

}  // namespace
}  // namespace tartan::task
