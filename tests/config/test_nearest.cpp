#include <tartan/config/nearest.hpp>

#include <gtest/gtest.h>

namespace tartan::config {
namespace {

TEST(EditDistance, CountsInsertDeleteSubstituteAndSwap) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("batch", "batch"), 0u);
  EXPECT_EQ(edit_distance("bach", "batch"), 1u);
  EXPECT_EQ(edit_distance("bbatch", "batch"), 1u);
  EXPECT_EQ(edit_distance("bitch", "batch"), 1u);
  EXPECT_EQ(edit_distance("taks", "task"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("ca", "abc"), 3u);
}

TEST(Nearest, TakesTheLeastDistanceWithinAThird) {
  EXPECT_EQ(nearest("stps", {"stop", "steps", "step"}), "steps");
  EXPECT_EQ(nearest("bat", {"bar", "cat"}), "bar");
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
  EXPECT_EQ(nearest("rate", {"data"}), std::nullopt);
  EXPECT_EQ(nearest("rate", {}), std::nullopt);
}

}  // namespace
}  // namespace tartan::config
