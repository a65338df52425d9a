// Planted quadratics 1/2 |theta - a|^2 at theta = 0: gradients lie at a known angle, with noise of a known size.
#include "core/throws.hpp"

#include <tartan/core/random.hpp>
#include <tartan/train/compare.hpp>
#include <tartan/train/rank.hpp>

#include <cmath>
#include <cstdio>
#include <gtest/gtest.h>
#include <limits>

namespace tartan::train {
namespace {

constexpr std::int64_t dimensions = 300, repetitions = 12;

//! Minus the gradient -a of cosine `cosine` with the first axis, plus normal noise per coordinate.
GradientDraw planted(Key key, double cosine, double noise, double length = 1) {
  return [=](std::int64_t repetition, at::Tensor const& gradient) {
    Stream draws(key.with(static_cast<std::uint64_t>(repetition)));
    double* const g = gradient.data_ptr<double>();
    for (std::int64_t d = 0; d < dimensions; ++d) g[d] += noise * draws.normal();
    g[0] += length * cosine;
    g[1] += length * std::sqrt(1 - cosine * cosine);
  };
}

Comparison compared(Key key, double cosine, double noise) {
  Comparer comparer(planted(key.with("probe"), 1, noise), repetitions, at::zeros({dimensions}, at::kDouble));
  return comparer.compare(planted(key.with("task"), cosine, noise, 5));
}

TEST(Compare, WithoutNoiseTheCosineIsExact) {
  Comparison const c = compared(Key(1), 0.6, 0);
  EXPECT_NEAR(c.cosine.mean, 0.6, 1e-12);
  EXPECT_NEAR(c.cosine.high - c.cosine.low, 0, 1e-12);
  EXPECT_NEAR(c.reliability, 1, 1e-12);
  EXPECT_NEAR(c.denoised_cosine.value().mean, 0.6, 1e-12);
  EXPECT_EQ(c.cosines.size(), static_cast<std::size_t>(repetitions));
}

TEST(Compare, WithNoiseTheIntervalHoldsThePlantedCosine) {
  constexpr std::uint64_t trials = 100;
  double hits = 0, mean = 0, attenuated = 0;
  for (std::uint64_t t = 0; t < trials; ++t) {
    Comparison const c = compared(Key(5).with(t), 0.5, 0.1);  // |noise| = 1.7 |signal| of the probe
    Estimate const& e = c.denoised_cosine.value();
    hits += e.low <= 0.5 && 0.5 <= e.high;
    mean += e.mean / trials;
    attenuated += c.cosine.mean / trials;
  }
  std::printf("planted .5: attenuated %.3f, without noise %.3f, held by the interval in %.0f %%\n", attenuated, mean,
              hits);
  EXPECT_LT(attenuated, 0.3);
  EXPECT_NEAR(mean, 0.5, 0.02);
  EXPECT_GE(hits, 88);
}

TEST(Compare, ACosineOfDrawsWithTheSameNumberIsThatOfThosePairs) {
  Key const key(9);
  auto const probe = planted(key.with("probe"), 1, 0.1), task = planted(key.with("task"), 0.5, 0.1);
  Comparer comparer(probe, repetitions, at::zeros({dimensions}, at::kDouble));
  Comparison const c = comparer.compare(task);
  at::Tensor const d = at::zeros({dimensions}, at::kDouble), g = at::zeros_like(d);
  probe(3, d);
  task(3, g);
  EXPECT_NEAR(c.cosines[3], (d.dot(g) / (d.norm() * g.norm())).item<double>(), 1e-12);
}

TEST(Compare, OneTaskLeavesTheNextAlone) {
  Key const key(2);
  Comparer comparer(planted(key.with("probe"), 1, 0.1), repetitions, at::zeros({dimensions}, at::kDouble));
  auto const task = planted(key, 0.5, 0.1);
  Comparison const first = comparer.compare(task);
  comparer.compare(planted(key.with("another"), -1, 2));
  Comparison const again = comparer.compare(task);
  EXPECT_EQ(first.cosines, again.cosines);
  EXPECT_EQ(first.reliability, again.reliability);
}

TEST(Compare, NoiseAloneHasNoCosineToSpeakOf) {
  Comparer comparer(planted(Key(1), 1, 0), repetitions, at::zeros({dimensions}, at::kDouble));
  Comparison const nothing = comparer.compare([](std::int64_t, at::Tensor const&) {});
  EXPECT_EQ(nothing.cosine.mean, 0);
  EXPECT_EQ(nothing.cosine.p, 1);
  EXPECT_FALSE(nothing.denoised_cosine.has_value());
  int told = 0;
  for (std::uint64_t trial = 0; trial < 100; ++trial)
    told += comparer.compare(planted(Key(4).with(trial), 0.5, 1, 0)).denoised_cosine.has_value();
  EXPECT_LE(told, 8);  // 2 or 3 in truth
}

TEST(Compare, AGradientThatIsNotFiniteIsTold) {
  Comparer comparer(planted(Key(1), 1, 0), repetitions, at::zeros({dimensions}, at::kDouble));
  auto const bad = [](std::int64_t, at::Tensor const& g) { g.fill_(std::numeric_limits<double>::quiet_NaN()); };
  auto const message = tartan::testing::message_of(ExitStatus::diverged, [&] { comparer.compare(bad); });
  EXPECT_NE(message.find("not finite"), std::string::npos);
}

RankedTask ranked(std::string const& name, double cosine, double p) {
  RankedTask result;
  result.name = name;
  result.comparison.cosine.mean = cosine;
  result.comparison.cosine.p = p;
  return result;
}

TEST(Compare, VerdictsAreThoseOfAllCandidatesTogether) {
  std::vector<RankedTask> tasks = {ranked("against", -0.3, 0.001), ranked("unsure", 0.1, 0.03),
                                   ranked("for", 0.2, 0.01), ranked("none", 0.01, 0.8)};
  judge(tasks, {});
  std::vector<std::string> names;
  for (auto const& t : tasks) names.push_back(t.name);
  EXPECT_EQ(names, (std::vector<std::string>{"for", "unsure", "none", "against"}));
  EXPECT_EQ(tasks[0].verdict, Verdict::helps);
  EXPECT_EQ(tasks[1].verdict, Verdict::no_effect);  // .03 alone, .06 among four
  EXPECT_EQ(tasks[2].verdict, Verdict::no_effect);
  EXPECT_EQ(tasks[3].verdict, Verdict::hurts);
}

//! A head that was fitted to noise has a cosine with the probe as well.
TEST(Compare, ALabelledTaskIsJudgedAgainstShuffledLabels) {
  std::vector<RankedTask> tasks(3);
  double const means[] = {0.5, 0.3, 0.1};
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].objective = task::ObjectiveKind::classification;
    tasks[i].comparison.cosine = estimate(means[i], 0.01, 20);
  }
  judge(tasks, estimate(0.3, 0.01, 20));
  EXPECT_EQ(tasks[0].verdict, Verdict::helps);
  EXPECT_EQ(tasks[1].verdict, Verdict::no_effect);  // though its cosine is far above 0
  EXPECT_EQ(tasks[2].verdict, Verdict::hurts);
  EXPECT_NEAR(tasks[0].judged.mean, 0.2, 1e-12);
  EXPECT_NEAR(tasks[0].judged.standard_error, std::hypot(0.01, 0.01), 1e-12);
}

}  // namespace
}  // namespace tartan::train
