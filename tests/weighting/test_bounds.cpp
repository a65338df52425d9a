#include "analytic.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

double sum_of(Vector const& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

Alignments at_cosines(Vector const& cosine) {
  return {.dot = cosine,
          .norm = Vector(cosine.size(), 1),
          .present = std::vector<bool>(cosine.size(), true),
          .probe_norm = 1};
}

TEST(Bounds, LeaveWhatKeepsToThem) {
  Vector const weights = {0.2, 0.3, 0.5};
  EXPECT_EQ(within({0.2, 0.5}, weights), weights);
  EXPECT_EQ(within({0, 1}, {0, 1}), (Vector{0, 1}));
}

TEST(Bounds, FreeWeightsKeepTheirRatios) {
  auto const found = within({0.1, 1}, {0.02, 0.28, 0.7});
  EXPECT_NEAR(found[0], 0.1, 1e-15);
  EXPECT_NEAR(found[2] / found[1], 2.5, 1e-12);
  EXPECT_NEAR(sum_of(found), 1, 1e-14);
}

TEST(Bounds, BothSidesAtOnce) {
  auto const found = within({0.1, 0.4}, {0.9, 0.06, 0.03, 0.01});
  EXPECT_NEAR(found[0], 0.4, 1e-14);
  EXPECT_NEAR(found[1] / found[2], 2, 1e-12);
  EXPECT_NEAR(found[3], 0.1, 1e-14);
  EXPECT_NEAR(sum_of(found), 1, 1e-14);
}

TEST(Bounds, RandomWeightsAlwaysKeepToThem) {
  Stream stream{Key(3)};
  for (int trial = 0; trial < 2'000; ++trial) {
    Vector weights(5);
    for (double& weight : weights) weight = std::exp(6 * stream.normal());
    double const total = sum_of(weights);
    for (double& weight : weights) weight /= total;
    auto const found = within({0.05, 0.5}, weights);
    EXPECT_NEAR(sum_of(found), 1, 1e-12);
    for (double const weight : found) EXPECT_TRUE(weight >= 0.05 && weight <= 0.5);
    for (std::size_t i = 0; i < 5; ++i)  // order stays
      for (std::size_t j = 0; j < 5; ++j) EXPECT_TRUE(weights[i] < weights[j] ? found[i] <= found[j] : true);
  }
}

TEST(Bounds, MetaTartanStopsAtThemAndComesBackAtOnce) {
  auto rule = make_meta_tartan(2, 0.1);
  rule.bounds = {0.1, 1};
  Weighting weighting = rule;
  for (int step = 0; step < 500; ++step) update(weighting, at_cosines({1, -1}));
  EXPECT_NEAR(weights(weighting)[1], 0.1, 1e-12);
  update(weighting, at_cosines({-1, 1}));
  EXPECT_NEAR(weights(weighting)[1] / weights(weighting)[0], std::exp(0.2) / 9, 1e-12);
}

TEST(Bounds, WideOnesChangeNoBit) {
  auto bounded = make_meta_tartan(3, 0.1);
  bounded.bounds = {0.001, 0.999};
  Weighting free = make_meta_tartan(3, 0.1), kept = bounded;
  for (int step = 0; step < 20; ++step)
    for (Weighting* one : {&free, &kept}) update(*one, at_cosines({0.5, 0.1, -0.5}));
  EXPECT_EQ(std::get<MetaTartan>(free).logits, std::get<MetaTartan>(kept).logits);
}

TEST(Bounds, DgaKeepsItsAuxiliariesToThem) {
  auto rule = make_dga({0.4, 0.3, 0.3}, 1, Similarity::cosine, 1);
  rule.bounds = {0.15, 0.9};
  Weighting weighting = rule;
  for (int step = 0; step < 50; ++step) update(weighting, at_cosines({1, 1, -1}));
  auto const found = weights(weighting);
  EXPECT_EQ(found[0], 0.4);
  EXPECT_NEAR(found[1], 0.45, 1e-12);
  EXPECT_NEAR(found[2], 0.15, 1e-12);
}

TEST(Bounds, RefuseWhatNoWeightsCanKeepTo) {
  check_bounds({0, 1}, 3);
  check_bounds({1.0 / 3, 1.0 / 3}, 3);
  for (Bounds const& bad : {Bounds{0.4, 1}, Bounds{0, 0.3}, Bounds{0.3, 0.2}, Bounds{-0.1, 1}}) try {
      check_bounds(bad, 3);
      ADD_FAILURE() << "accepted";
    } catch (Error const& error) {
      EXPECT_EQ(error.status(), ExitStatus::usage);
    }
}

}  // namespace
}  // namespace tartan::weighting
