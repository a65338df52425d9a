#include "analytic.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

std::vector<std::string> const tasks = {"end", "text"};
std::vector<std::string> const groups = {"embeddings", "layer.0", "layer.1"};

Weighting layered(double rate = 0.1, Bounds bounds = {}) {
  MetaTartan start = make_meta_tartan(2, rate);
  start.bounds = bounds;
  return make_layered(start, groups);
}

//! The end task aligns by 0.5 everywhere; the text with layer 0 alone, which the probe is along, and against layer 1.
Alignments in_one_layer() {
  Vector const probe = {1, 0};
  Vector const half = {0.5, std::sqrt(0.75)};
  Alignments all = analytic::align({half, {0, 1}}, probe);
  all.groups = {analytic::align({half, {0, 2}}, probe), analytic::align({half, {3, 0}}, probe),
                analytic::align({half, {-0.1, 0}}, probe)};
  return all;
}

TEST(Layered, ATaskGainsWhereItAlignsAndNowhereElse) {
  Weighting weighting = layered();
  for (int step = 0; step < 50; ++step) update(weighting, in_one_layer());
  auto const found = group_weights(weighting);
  auto const share = [](double gap) { return 1 / (1 + std::exp(-gap)); };
  EXPECT_NEAR(found[1][0], share(50 * 0.1 * -0.5), 1e-12);
  EXPECT_NEAR(found[1][1], share(50 * 0.1 * 0.5), 1e-12);
  EXPECT_NEAR(found[1][2], share(50 * 0.1 * -1.5), 1e-12);
  for (std::size_t g = 0; g < 3; ++g) EXPECT_NEAR(found[0][g] + found[1][g], 1, 1e-15);
}

TEST(Layered, ATasksWeightIsTheMeanOverGroups) {
  Weighting weighting = layered();
  for (int step = 0; step < 20; ++step) update(weighting, in_one_layer());
  auto const of_groups = group_weights(weighting);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(weights(weighting)[i], (of_groups[i][0] + of_groups[i][1] + of_groups[i][2]) / 3, 1e-15);
}

TEST(Layered, WhereGroupsAreAlikeItIsMetaTartan) {
  Weighting weighting = layered(), plain = make_meta_tartan(2, 0.1);
  Alignments alike = analytic::align({{0.5, 1}, {-0.2, 1}}, {1, 0});
  alike.groups = {alike, alike, alike};
  for (int step = 0; step < 30; ++step) update(weighting, alike), update(plain, alike);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(weights(weighting)[i], weights(plain)[i], 1e-15);
}

TEST(Layered, BoundsHoldInEveryGroup) {
  Weighting weighting = layered(10, {0.2, 0.8});
  for (int step = 0; step < 50; ++step) update(weighting, in_one_layer());
  auto const found = group_weights(weighting)[1];
  EXPECT_NEAR(found[1], 0.8, 1e-12);
  EXPECT_NEAR(found[2], 0.2, 1e-12);
}

TEST(Layered, StateIsByTaskAndGroup) {
  Weighting weighting = layered();
  update(weighting, in_one_layer());
  auto const state = save_state(weighting, tasks);
  EXPECT_EQ(state.size(), 6U);
  EXPECT_NEAR(state.at("text/layer.0"), 0.5 + 0.1, 1e-15);
  EXPECT_NEAR(state.at("end/embeddings"), 0.5 + 0.05, 1e-15);
  Weighting loaded = layered();
  load_state(loaded, {"text", "end"}, state);
  EXPECT_EQ(group_weights(loaded)[0], group_weights(weighting)[1]);
  auto missing = state;
  missing.erase("end/layer.1");
  EXPECT_THROW(load_state(loaded, tasks, missing), Error);
  EXPECT_THROW(load_state(loaded, tasks, save_state(make_meta_tartan(2, 0.1), tasks)), Error);
}

TEST(Layered, NeedsGroupsAndRefusesToDoWithout) {
  Weighting weighting = layered();
  EXPECT_TRUE(needs(weighting).groups && needs(weighting).alignments);
  EXPECT_FALSE(needs(make_meta_tartan(2, 0.1)).groups);
  EXPECT_THROW(update(weighting, analytic::align({{1, 0}, {0, 1}}, {1, 0})), Error);
  EXPECT_TRUE(group_weights(make_meta_tartan(2, 0.1)).empty());
}

}  // namespace
}  // namespace tartan::weighting
