#include "core/throws.hpp"

#include <tartan/train/head_record.hpp>

#include <gtest/gtest.h>

namespace tartan::train {
namespace {

std::string refused(std::string const& metadata) {
  return tartan::testing::message_of(ExitStatus::data, [&] { read_head_metadata(metadata, "heads.safetensors"); });
}

TEST(HeadRecordTest, ComesBackAsItWasWritten) {
  HeadRecord const classes{"acl", "shared", "classification", {"no", "yes"}, "macro-f1", 128, std::nullopt};
  HeadRecord const values{"esol", "esol", "regression", {}, "rmse", std::nullopt, task::Scale{-3, 2.5}};
  auto const read = read_head_metadata(head_metadata({classes, values}), "heads.safetensors");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].task, "acl");
  EXPECT_EQ(read[0].head, "shared");
  EXPECT_EQ(read[0].objective, "classification");
  EXPECT_EQ(read[0].labels, classes.labels);
  EXPECT_EQ(read[0].metric, "macro-f1");
  EXPECT_EQ(read[0].max_length, 128);
  EXPECT_FALSE(read[0].scale);
  EXPECT_FALSE(read[1].max_length);
  EXPECT_EQ(read[1].scale, (task::Scale{-3, 2.5}));
}

TEST(HeadRecordTest, ATaskWithoutAHeadOfAnotherNameHasItsOwn) {
  auto const read = read_head_metadata(R"({"acl": {"objective": "choice", "labels": []}})", "heads.safetensors");
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].head, "acl");
}

TEST(HeadRecordTest, DamageIsTold) {
  EXPECT_NE(refused("{").find("heads.safetensors: metadata \"heads\" is no JSON"), std::string::npos);
  EXPECT_EQ(refused("[]"), "heads.safetensors names no task in its metadata; restore it from a copy");
  for (char const* record :
       {"3", "{}", R"({"objective": "choice"})", R"({"objective": "choice", "labels": [], "head": 3})",
        R"({"objective": "regression", "labels": [], "scale": {"mean": 0}})"})
    EXPECT_EQ(refused(std::string(R"({"acl": )") + record + "}"),
              "heads.safetensors does not describe the head of task acl; restore it from a copy");
}

}  // namespace
}  // namespace tartan::train
