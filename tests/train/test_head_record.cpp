#include "core/throws.hpp"

#include <tartan/train/head_record.hpp>

#include <gtest/gtest.h>

namespace tartan::train {
namespace {

constexpr char const* file = "heads.safetensors";

std::string refused(std::string const& metadata) {
  return tartan::testing::message_of(ExitStatus::data, [&] { read_head_metadata(metadata, file); });
}

TEST(HeadRecordTest, ComesBackAsItWasWritten) {
  HeadRecord const classes{"acl", "shared", "classification", {"no", "yes"}, "macro-f1", 128, std::nullopt};
  HeadRecord const values{"esol", "esol", "regression", {}, "rmse", std::nullopt, task::Scale{-3, 2.5}};
  auto const read = read_head_metadata(head_metadata({classes, values}), file);
  ASSERT_EQ(read.size(), 2U);
  HeadRecord const one = read.at("acl").value(), other = read.at("esol").value();
  EXPECT_EQ(one.task, "acl");
  EXPECT_EQ(one.head, "shared");
  EXPECT_EQ(one.objective, "classification");
  EXPECT_EQ(one.labels, classes.labels);
  EXPECT_EQ(one.metric, "macro-f1");
  EXPECT_EQ(one.max_length, 128);
  EXPECT_FALSE(one.scale);
  EXPECT_FALSE(other.max_length);
  EXPECT_EQ(other.scale, (task::Scale{-3, 2.5}));
}

TEST(HeadRecordTest, WhatAnEarlierReleaseDidNotWriteMayBeMissing) {
  auto const read = read_head_metadata(R"({"acl": {"objective": "choice", "labels": []}})", file).at("acl");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->head, "acl");
  EXPECT_EQ(read->metric, "");
  EXPECT_FALSE(read->max_length || read->scale);
}

TEST(HeadRecordTest, ADamagedOneLeavesTheOthersAlone) {
  for (char const* record :
       {"3", "{}", R"({"objective": "choice"})", R"({"objective": "choice", "labels": [], "head": 3})",
        R"({"objective": "choice", "labels": [1]})", R"({"objective": "choice", "labels": [], "max_length": "long"})",
        R"({"objective": "regression", "labels": [], "scale": {"mean": 0}})"}) {
    auto const metadata = std::string(R"({"esol": {"objective": "regression", "labels": []}, "acl": )") + record + "}";
    auto const read = read_head_metadata(metadata, file);
    EXPECT_FALSE(read.at("acl")) << record;
    EXPECT_TRUE(read.at("esol")) << record;
  }
  EXPECT_EQ(tartan::testing::message_of(ExitStatus::data, [] { refuse_head_record(file, "acl"); }),
            "heads.safetensors does not describe the head of task acl; restore it from a copy");
}

TEST(HeadRecordTest, WhatIsNoneAtAllIsRefused) {
  EXPECT_NE(refused("{").find("heads.safetensors: metadata \"heads\" is no JSON"), std::string::npos);
  EXPECT_EQ(refused("[]"), "heads.safetensors names no task in its metadata; restore it from a copy");
}

}  // namespace
}  // namespace tartan::train
