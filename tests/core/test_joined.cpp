#include <tartan/core/joined.hpp>

#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace tartan {
namespace {

TEST(JoinedTest, CommasStandBetween) {
  EXPECT_EQ(joined(std::vector<std::string>{}), "");
  EXPECT_EQ(joined(std::vector<std::string>{"", "a"}), ", a");
  std::vector<std::pair<std::string, int>> const pairs = {{"a", 1}, {"b", 2}, {"c", 3}};
  EXPECT_EQ(joined(pairs, &std::pair<std::string, int>::first), "a, b, c");
  EXPECT_EQ(joined(pairs, [](auto const& pair) { return std::to_string(pair.second); }), "1, 2, 3");
}

}  // namespace
}  // namespace tartan
