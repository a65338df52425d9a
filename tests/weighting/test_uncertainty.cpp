#include "analytic.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

Alignments present(std::vector<bool> tasks) {
  return {.dot = Vector(tasks.size()), .norm = Vector(tasks.size()), .present = tasks, .probe_norm = 0};
}

//! sum_i exp(-s_i) L_i + s_i / 2
double objective(Vector const& s, Vector const& losses) {
  double sum = 0;
  for (std::size_t i = 0; i < s.size(); ++i) sum += std::exp(-s[i]) * losses[i] + s[i] / 2;
  return sum;
}

TEST(Uncertainty, DescendsItsObjective) {
  Vector const losses = {0.7, 6};
  Weighting weighting = make_uncertainty({1, 0.5}, 0.01);
  Vector const before = std::get<Uncertainty>(weighting).log_variances;
  update(weighting, present({true, true}), losses);
  Vector const after = std::get<Uncertainty>(weighting).log_variances;
  for (std::size_t i = 0; i < 2; ++i) {
    Vector up = before, down = before;
    up[i] += 1e-6;
    down[i] -= 1e-6;
    double const slope = (objective(up, losses) - objective(down, losses)) / 2e-6;
    EXPECT_NEAR(after[i] - before[i], -0.01 * slope, 1e-10);
  }
}

TEST(Uncertainty, TendsToHalfTheInverseLoss) {
  Weighting weighting = make_uncertainty({1, 1}, 0.05);
  for (int step = 0; step < 2'000; ++step) update(weighting, present({true, true}), {0.7, 6});
  EXPECT_NEAR(weights(weighting)[0], 1 / 1.4, 1e-9);
  EXPECT_NEAR(weights(weighting)[1], 1 / 12.0, 1e-9);
}

TEST(Uncertainty, StartsWhereItIsTold) {
  auto const found = weights(make_uncertainty({1, 0.25}, 0.05));
  EXPECT_EQ(found[0], 1);
  EXPECT_NEAR(found[1], 0.25, 1e-15);
}

TEST(Uncertainty, AbsentTasksStay) {
  Weighting weighting = make_uncertainty({1, 1}, 0.05);
  update(weighting, present({true, false}), {3, 0});
  EXPECT_LT(weights(weighting)[0], 1);
  EXPECT_EQ(weights(weighting)[1], 1);
}

TEST(Uncertainty, SurvivesByNameAndRefusesWhatCannotStart) {
  Weighting saved = make_uncertainty({1, 1}, 0.05), loaded = saved;
  update(saved, present({true, true}), {3, 1});
  load_state(loaded, {"a", "b"}, save_state(saved, {"a", "b"}));
  EXPECT_EQ(weights(loaded), weights(saved));
  EXPECT_THROW(make_uncertainty({1, 0}, 0.05), Error);
  EXPECT_TRUE(needs(saved).losses);
  EXPECT_FALSE(needs(saved).looks());
}

TEST(Uncertainty, AnInfiniteLossIsDivergenceAndChangesNothing) {
  Weighting weighting = make_uncertainty({1, 1}, 0.05);
  try {
    update(weighting, present({true, true}), {1, std::numeric_limits<double>::infinity()});
    FAIL() << "accepted";
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::diverged);
  }
  EXPECT_EQ(weights(weighting), (Vector{1, 1}));
}

}  // namespace
}  // namespace tartan::weighting
