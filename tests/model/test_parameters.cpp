#include <tartan/core/error.hpp>
#include <tartan/model/model.hpp>

#include <cstdint>
#include <gtest/gtest.h>

namespace tartan::model {
namespace {

Layout layout_of_two() {
  Layout layout;
  layout.begin_segment("encoder.decayed", Owner::encoder, true);
  layout.add("q", {3, 3});
  layout.add("k", {3, 3}, true);
  layout.add("m", {5});
  add_head(layout, "a", {{"fc.weight", {2, 7}}, {"fc.bias", {2}}});
  return layout;
}

TEST(Layout, AlignsAllButContinuedParameters) {
  Layout const layout = layout_of_two();
  auto const offset = [&](char const* name) { return layout.parameters()[layout.index_of(name)].offset; };
  EXPECT_EQ(offset("q"), 0);
  EXPECT_EQ(offset("k"), 9);
  EXPECT_EQ(offset("m"), 32);
  EXPECT_EQ(offset("a.fc.weight"), 48);
  EXPECT_EQ(offset("a.fc.bias"), 64);
  EXPECT_EQ(layout.size(), 66);
  EXPECT_EQ(layout.body_size(), 37);
  ASSERT_EQ(layout.segments().size(), 2U);
  EXPECT_EQ(layout.segments()[1].name, "head.a");
  EXPECT_EQ(layout.segments()[1].begin, 48);
  EXPECT_EQ(layout.segments()[1].end, 66);
  EXPECT_FALSE(layout.find("b").has_value());
  EXPECT_THROW(layout.index_of("b"), Error);
}

TEST(ParameterSet, LeavesAliasTheFlatValues) {
  ParameterSet const p(layout_of_two(), at::kDouble);
  p.values().copy_(at::arange(66, at::kDouble));
  EXPECT_TRUE(at::equal(p.at("k"), at::arange(9, 18, at::kDouble).view({3, 3})));
  EXPECT_TRUE(p.at("k").is_leaf());
  EXPECT_TRUE(p.at("k").requires_grad());
  for (char const* const aligned : {"q", "m", "a.fc.weight", "a.fc.bias"})
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p.at(aligned).const_data_ptr()) % 64, 0U) << aligned;
}

}  // namespace
}  // namespace tartan::model
