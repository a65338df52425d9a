#include <tartan/core/error.hpp>
#include <tartan/weighting/weighting.hpp>

#include <gtest/gtest.h>
#include <limits>

namespace tartan::weighting {
namespace {

using Vector = std::vector<double>;
std::vector<std::string> const names = {"acl_arc", "tapt"};

std::string data_error(Weighting weighting, std::map<std::string, double> const& state) {
  try {
    load_state(weighting, names, state);
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::data);
    return error.what();
  }
  return "";
}

TEST(FixedWeights, StayAsGiven) {
  Weighting weighting = make_fixed({0.25, 0, 3});
  Alignments const opposed{.dot = {1, -1, 0}, .norm = {1, 1, 1}, .present = {true, true, true}, .probe_norm = 1};
  update(weighting, opposed);
  EXPECT_EQ(weights(weighting), (Vector{0.25, 0, 3}));
}

TEST(FixedWeights, RefuseWhatCannotWeigh) {
  double const infinity = std::numeric_limits<double>::infinity();
  for (Vector const& bad :
       {Vector{1, -0.1}, Vector{1, infinity}, Vector{1, infinity - infinity}, Vector{0, 0}, Vector{}})
    try {
      make_fixed(bad);
      ADD_FAILURE() << "accepted";
    } catch (Error const& error) {
      EXPECT_EQ(error.status(), ExitStatus::usage);
    }
}

TEST(Needs, OnlyLearnedWeightsNeedAlignments) {
  EXPECT_FALSE(needs(make_fixed({1})).alignments);
  EXPECT_TRUE(needs(make_meta_tartan(1, 0.1)).alignments);
}

TEST(WeightingState, SurvivesByTaskNameInAnyOrder) {
  Weighting const saved = MetaTartan{.rate = 0.1, .logits = {0.3, -0.7}};
  auto const state = save_state(saved, names);
  EXPECT_EQ(state, (std::map<std::string, double>{{"acl_arc", 0.3}, {"tapt", -0.7}}));
  Weighting turned = make_meta_tartan(2, 0.1);
  load_state(turned, {"tapt", "acl_arc"}, state);
  EXPECT_EQ(std::get<MetaTartan>(turned).logits, (Vector{-0.7, 0.3}));
}

TEST(WeightingState, KeepsFixedWeights) {
  Weighting weighting = make_fixed({1, 1});
  load_state(weighting, names, save_state(make_fixed({0.2, 0.8}), names));
  EXPECT_EQ(weights(weighting), (Vector{0.2, 0.8}));
}

TEST(WeightingState, RefusesOtherTasksByName) {
  auto const weighting = make_meta_tartan(2, 0.1);
  EXPECT_NE(data_error(weighting, {{"acl_arc", 0.5}}).find("task tapt"), std::string::npos);
  EXPECT_NE(data_error(weighting, {{"acl_arc", 0.5}, {"tapt", 0.5}, {"dapt", 0.5}}).find("task dapt"),
            std::string::npos);
  EXPECT_NE(data_error(weighting, {{"acl_arc", 0.5}, {"tapt", std::numeric_limits<double>::infinity()}}).find("tapt"),
            std::string::npos);
}

TEST(WeightingState, RefusesNamesThatDoNotFit) {
  EXPECT_THROW(save_state(make_meta_tartan(3, 0.1), names), Error);
  EXPECT_THROW(save_state(make_meta_tartan(2, 0.1), {"tapt", "tapt"}), Error);
}

}  // namespace
}  // namespace tartan::weighting
