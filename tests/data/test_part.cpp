#include "data/shard_writer.hpp"

#include <tartan/data/part.hpp>

#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <set>

namespace tartan::data {
namespace {

using namespace testing;
using Examples = std::vector<std::uint64_t>;

Examples both(Examples const& a, Examples const& b) {
  Examples result;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

bool is_within(Examples const& some, Examples const& all) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

class PartTest : public ::testing::Test {
 protected:
  //! 300 examples of the first class, 40 of the second, 1 of the third.
  Dataset classes() const { return written({{0, 300}, {1, 40}, {2, 1}}, "class"); }
  Dataset text() const { return written({{0, 341}}, "text"); }

  Dataset written(std::map<std::int32_t, int> const& counts, std::string const& kind) const {
    ShardSpec spec;
    spec.kind = kind;
    for (auto const& [label, count] : counts)
      for (int i = 0; i < count; ++i) add_example(spec, {{1, 5, 2}}, label);
    write_shard(directory_ / (kind + ".h5"), spec);
    return Dataset::open(directory_ / (kind + ".h5"), "train");
  }

  static std::map<std::int64_t, int> labels(Dataset const& dataset, Examples const& examples) {
    std::map<std::int64_t, int> counts;
    for (auto const example : examples) ++counts[dataset.class_label(example)];
    return counts;
  }

  TemporaryDirectory directory_;
};

TEST_F(PartTest, EveryClassGivesItsShareAndAtLeastOne) {
  Dataset const data = classes();
  Part const part = choose_part(data, 0.1, 0, Key(1));
  EXPECT_EQ(labels(data, part.examples), (std::map<std::int64_t, int>{{0, 30}, {1, 4}, {2, 1}}));
  EXPECT_TRUE(part.held_out.empty());
  EXPECT_EQ(labels(data, choose_part(data, 0.07, 0, Key(1)).examples)[0], 21);  // .07 * 300 is 21, not 22
  EXPECT_EQ(labels(data, choose_part(data, 1e-6, 0, Key(1)).examples),
            (std::map<std::int64_t, int>{{0, 1}, {1, 1}, {2, 1}}));
  EXPECT_EQ(choose_part(data, 1, 0, Key(1)).examples.size(), 341U);
}

TEST_F(PartTest, SmallerFractionsAreWithinLargerOnes) {
  Dataset const some[] = {classes(), text()};
  for (Dataset const& data : some)
    for (double const held_out : {0.0, 0.1, 0.5}) {
      Examples smaller;
      for (double const fraction : {0.001, 0.01, 0.1, 0.11, 0.3, 0.5, 0.9, 1.0}) {
        Examples const larger = choose_part(data, fraction, held_out, Key(3)).examples;
        EXPECT_TRUE(is_within(smaller, larger)) << data.info().kind << " " << fraction << " " << held_out;
        EXPECT_TRUE(is_within(larger, choose_part(data, fraction, 0, Key(3)).examples));
        smaller = larger;
      }
    }
}

TEST_F(PartTest, SeedsChooseOthers) {
  Dataset const data = classes();
  Examples const one = choose_part(data, 0.1, 0, Key(1)).examples, other = choose_part(data, 0.1, 0, Key(2)).examples;
  EXPECT_EQ(one, choose_part(data, 0.1, 0, Key(1)).examples);
  EXPECT_EQ(labels(data, one), labels(data, other));
  EXPECT_LT(both(one, other).size(), 15U);  // of 35: by chance 4, and the one of the third class
}

TEST_F(PartTest, WhatIsHeldOutIsNoExampleOfThePart) {
  Dataset const data = classes();
  for (double const fraction : {0.1, 0.5, 1.0}) {
    Part const part = choose_part(data, fraction, 0.2, Key(1));
    Examples const all = choose_part(data, fraction, 0, Key(1)).examples;
    EXPECT_EQ(both(part.examples, part.held_out), Examples());
    EXPECT_EQ(part.examples.size() + part.held_out.size(), all.size());
    EXPECT_TRUE(is_within(part.held_out, all));
    EXPECT_EQ(without(all, part.held_out), part.examples);
    EXPECT_EQ(labels(data, part.examples)[2], 1) << "the only one of its class stays";
    EXPECT_EQ(labels(data, part.held_out)[0], static_cast<int>(300 * fraction * 0.2));
  }
}

TEST_F(PartTest, ExamplesWithoutALabelAreNotHeldOut) {
  Dataset const data = written({{-1, 50}, {0, 10}, {1, 10}}, "class");
  Part const part = choose_part(data, 0.5, 0.4, Key(1));
  EXPECT_EQ(labels(data, part.examples), (std::map<std::int64_t, int>{{-1, 25}, {0, 3}, {1, 3}}));
  EXPECT_EQ(labels(data, part.held_out), (std::map<std::int64_t, int>{{0, 2}, {1, 2}}));
}

TEST_F(PartTest, EveryExampleHasTheSameChance) {
  Dataset const data = text();
  std::map<std::uint64_t, int> chosen;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    for (auto const example : choose_part(data, 0.25, 0, Key(seed)).examples) ++chosen[example];
  EXPECT_EQ(chosen.size(), 341U);
  for (auto const& [example, times] : chosen) EXPECT_NEAR(times, 100, 45) << example;  // 5 standard deviations
}

}  // namespace
}  // namespace tartan::data
