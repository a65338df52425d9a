#include <tartan/optim/metric.hpp>

#include <cmath>
#include <gtest/gtest.h>

namespace tartan::optim {
namespace {

constexpr AdamWOptions options{0.9, 0.5, 1e-3};

//! Two segments of the body and a head, 16 numbers apart.
model::ParameterSet three_numbers() {
  model::Layout layout;
  layout.begin_segment("encoder.decayed", model::Owner::encoder, true);
  layout.add("w", {3});
  layout.begin_segment("encoder.undecayed", model::Owner::encoder, false);
  layout.add("b", {2});
  layout.begin_segment("head.a", model::Owner::task_head, true);
  layout.add("a.w", {2});
  return {layout, at::kDouble};
}

struct Bench {
  model::ParameterSet parameters = three_numbers();
  AdamW optimizer{parameters, options};
  std::int64_t body = parameters.layout().body_size();

  void step(std::size_t segment, std::vector<double> const& gradient) {
    at::Tensor const flat = at::zeros_like(parameters.values());
    flat.narrow(0, parameters.layout().segments()[segment].begin, static_cast<std::int64_t>(gradient.size()))
        .copy_(at::tensor(gradient, at::kDouble));
    optimizer.step(segment, flat, 0.1, 0);
  }
  at::Tensor diagonal(std::int64_t begin, std::int64_t size) const {
    at::Tensor const result = at::full({size}, -1, at::kDouble);
    metric(optimizer, *least_second_moment(optimizer, body), begin, result);
    return result;
  }
};

double p(double v_hat) { return 1 / (std::sqrt(v_hat) + options.eps); }

TEST(Metric, IsAbsentUntilTheBodyWasStepped) {
  Bench bench;
  EXPECT_FALSE(least_second_moment(bench.optimizer, bench.body));
  bench.step(2, {1, 1});  // the head
  EXPECT_FALSE(least_second_moment(bench.optimizer, bench.body));
  bench.step(1, {1, 1});
  EXPECT_TRUE(least_second_moment(bench.optimizer, bench.body));
}

TEST(Metric, IsTheDiagonalByHandWithACountForEachSegment) {
  Bench bench;
  bench.step(0, {3, 1, -2});  // v^ = g^2 after one step
  bench.step(1, {4, 0});
  bench.step(1, {0, 2});  // v = (0.5 0.5 16, 0.5 4), v^ = v / (1 - 0.25)
  std::int64_t const second = bench.parameters.layout().segments()[1].begin;
  double const v_hats[] = {9, 1, 4, 4 / 0.75, 2 / 0.75};
  EXPECT_NEAR(*least_second_moment(bench.optimizer, bench.body),
              0.01 * (9 + 1 + 4 + 6 / 0.75) / static_cast<double>(bench.body), 1e-15);
  at::Tensor const found = bench.diagonal(0, bench.body);
  for (std::int64_t k = 0; k < 3; ++k) EXPECT_NEAR(found[k].item<double>(), p(v_hats[k]), 1e-15);
  for (std::int64_t k = 0; k < 2; ++k) EXPECT_NEAR(found[second + k].item<double>(), p(v_hats[3 + k]), 1e-15);
  EXPECT_EQ(found[3].item<double>(), 0);  // between the segments
}

TEST(Metric, AShardIsAStretchOfTheWhole) {
  Bench bench;
  bench.step(0, {3, 1, -2});
  bench.step(1, {4, 1});
  at::Tensor const whole = bench.diagonal(0, bench.body);
  for (std::int64_t const begin : {0, 2, 3, 10, 17})
    EXPECT_TRUE(at::equal(bench.diagonal(begin, bench.body - begin), whole.narrow(0, begin, bench.body - begin)));
}

TEST(Metric, ASeldomTouchedParameterCountsAtMostTenTimesTheMean) {
  Bench bench;
  bench.step(0, {3, 1e-9, 0});
  double const mean = 9 / static_cast<double>(bench.body);
  at::Tensor const found = bench.diagonal(0, bench.body);
  double const most = 1 / (0.1 * std::sqrt(mean) + options.eps);
  std::int64_t const second = bench.parameters.layout().segments()[1].begin;
  for (std::int64_t const k : {std::int64_t{1}, std::int64_t{2}, second})  // that segment was never stepped
    EXPECT_NEAR(found[k].item<double>(), most, 1e-9);
  EXPECT_NEAR(found[0].item<double>(), p(9), 1e-12);
}

}  // namespace
}  // namespace tartan::optim
