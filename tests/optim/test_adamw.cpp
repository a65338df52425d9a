#include <tartan/optim/adamw.hpp>

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

namespace tartan::optim {
namespace {

model::Layout three_segments() {
  model::Layout layout;
  layout.begin_segment("encoder.decayed", model::Owner::encoder, true);
  layout.add("w", {5, 7});
  layout.begin_segment("encoder.undecayed", model::Owner::encoder, false);
  layout.add("b", {9});
  layout.begin_segment("head.a", model::Owner::task_head, true);
  layout.add("a.w", {3, 11});
  return layout;
}

//! Loshchilov and Hutter (2019), algorithm 2, one number at a time.
struct ByHand {
  AdamWOptions options;
  std::vector<double> p, m, v;
  int steps = 0;

  void step(std::vector<double> const& g, double lr, double decay) {
    ++steps;
    for (std::size_t i = 0; i < p.size(); ++i) {
      m[i] = options.beta1 * m[i] + (1 - options.beta1) * g[i];
      v[i] = options.beta2 * v[i] + (1 - options.beta2) * g[i] * g[i];
      double const m_hat = m[i] / (1 - std::pow(options.beta1, steps)),
                   v_hat = v[i] / (1 - std::pow(options.beta2, steps));
      p[i] = p[i] * (1 - lr * decay) - lr * m_hat / (std::sqrt(v_hat) + options.eps);
    }
  }
};

std::vector<double> numbers(at::Tensor const& flat, model::Segment const& s) {
  at::Tensor const part = flat.narrow(0, s.begin, s.end - s.begin).to(at::kDouble).contiguous();
  auto const* const first = part.const_data_ptr<double>();
  return {first, first + part.numel()};
}

class AdamWTest : public ::testing::TestWithParam<at::ScalarType> {
 protected:
  AdamWTest() : parameters_(three_segments(), GetParam()) {
    at::manual_seed(4);
    parameters_.values().copy_(at::randn(parameters_.layout().size()));
  }
  model::Segment const& segment(std::size_t index) const { return parameters_.layout().segments()[index]; }
  at::Tensor gradient() const { return at::randn(parameters_.layout().size(), at::kDouble).to(GetParam()); }
  model::ParameterSet parameters_;
};

TEST_P(AdamWTest, FollowsTheFormulaWithACountForEachSegment) {
  AdamWOptions const options{0.9, 0.95, 1e-5};
  AdamW optimizer(parameters_, options);
  double const lrs[] = {0.02, 0.3, 0.05}, decays[] = {0.1, 0, 0.5};
  std::vector<ByHand> hands;
  for (std::size_t i = 0; i < 3; ++i) {
    auto const p = numbers(parameters_.values(), segment(i));
    hands.push_back({options, p, std::vector<double>(p.size()), std::vector<double>(p.size())});
  }
  for (int step = 0; step < 12; ++step) {
    at::Tensor const g = gradient();
    for (std::size_t i = 0; i < 3; ++i) {
      if (step % static_cast<int>(i + 1) != 0) continue;  // the segments are stepped 12, 6 and 4 times
      double const lr = lrs[i] * (12 - step) / 12;
      optimizer.step(i, g, lr, decays[i]);
      hands[i].step(numbers(g, segment(i)), lr, decays[i]);
    }
  }
  double const bound = GetParam() == at::kDouble ? 1e-14 : 5e-6;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(optimizer.step_counts()[i].item<double>(), 12 / static_cast<double>(i + 1));
    auto const p = numbers(parameters_.values(), segment(i)), m = numbers(optimizer.first_moment(), segment(i)),
               v = numbers(optimizer.second_moment(), segment(i));
    for (std::size_t j = 0; j < p.size(); ++j) {
      EXPECT_NEAR(p[j], hands[i].p[j], bound * std::max(1.0, std::abs(p[j]))) << i << " " << j;
      EXPECT_NEAR(m[j], hands[i].m[j], bound);
      EXPECT_NEAR(v[j], hands[i].v[j], bound);
    }
  }
}

//! transformers 4, src/transformers/optimization.py, one number at a time.
TEST_P(AdamWTest, AsInTransformersEpsIsOnTheUncorrectedRootAndDecayComesLast) {
  AdamWOptions const options{0.9, 0.98, 1e-3, AdamWForm::transformers};
  AdamW optimizer(parameters_, options);
  auto p = numbers(parameters_.values(), segment(0));
  std::vector<double> m(p.size()), v(p.size());
  double const lr = 0.05, decay = 0.3;
  for (int step = 1; step <= 12; ++step) {
    at::Tensor const gradient = this->gradient() * 1e-2;  // so that eps matters
    auto const g = numbers(gradient, segment(0));
    optimizer.step(0, gradient, lr, decay);
    for (std::size_t i = 0; i < p.size(); ++i) {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.98 * v[i] + 0.02 * g[i] * g[i];
      p[i] -= lr * std::sqrt(1 - std::pow(0.98, step)) / (1 - std::pow(0.9, step)) * m[i] / (std::sqrt(v[i]) + 1e-3);
      p[i] -= lr * decay * p[i];
    }
  }
  auto const found = numbers(parameters_.values(), segment(0));
  for (std::size_t i = 0; i < p.size(); ++i)
    EXPECT_NEAR(found[i], p[i], (GetParam() == at::kDouble ? 1e-14 : 5e-6) * std::max(1.0, std::abs(p[i])));
}

TEST_P(AdamWTest, OtherSegmentsStayBitForBit) {
  AdamW optimizer(parameters_, {});
  for (std::size_t i = 0; i < 3; ++i) optimizer.step(i, gradient(), 0.1, 0.1);
  at::Tensor const values = parameters_.values().clone(), first = optimizer.first_moment().clone(),
                   second = optimizer.second_moment().clone();
  optimizer.step(1, gradient(), 0.1, 0.1);
  for (std::size_t const i : {0, 2}) {
    EXPECT_EQ(optimizer.step_counts()[i].item<double>(), 1);
    EXPECT_EQ(numbers(parameters_.values(), segment(i)), numbers(values, segment(i)));
    EXPECT_EQ(numbers(optimizer.first_moment(), segment(i)), numbers(first, segment(i)));
    EXPECT_EQ(numbers(optimizer.second_moment(), segment(i)), numbers(second, segment(i)));
  }
  EXPECT_NE(numbers(parameters_.values(), segment(1)), numbers(values, segment(1)));
}

TEST_P(AdamWTest, WithoutLearningRateOnlyMomentsMove) {
  AdamW optimizer(parameters_, {});
  at::Tensor const values = parameters_.values().clone();
  optimizer.step(0, gradient(), 0, 0.1);
  EXPECT_TRUE(at::equal(parameters_.values(), values));
  EXPECT_GT(optimizer.second_moment().max().item<double>(), 0);
  EXPECT_EQ(optimizer.step_counts()[0].item<double>(), 1);
}

TEST_P(AdamWTest, LeavesTheGradientAlone) {
  AdamW optimizer(parameters_, {});
  at::Tensor const g = gradient(), before = g.clone();
  optimizer.step(0, g, 0.1, 0.1);
  EXPECT_TRUE(at::equal(g, before));
}

INSTANTIATE_TEST_SUITE_P(Types, AdamWTest, ::testing::Values(at::kDouble, at::kFloat),
                         [](auto const& of) { return of.param == at::kDouble ? "fp64" : "fp32"; });

}  // namespace
}  // namespace tartan::optim
