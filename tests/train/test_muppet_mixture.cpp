// How steps without an end task mix their tasks (MUPPET, section 3.3).
#include <tartan/train/mixture.hpp>

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <utility>

namespace tartan::train {
namespace {

constexpr std::uint64_t per_step = 4;
std::vector<Mixture::Part> const parts = {{100, 8}, {37, 8}, {1, 8}, {250, 16}};  // 13, 5, 1 and 16 sub-batches

Mixture mixture(Mixing mixing, std::uint64_t key = 1) { return {parts, mixing, per_step, Key(key)}; }

std::vector<std::size_t> tasks_of(std::vector<SubBatch> const& step) {
  std::vector<std::size_t> result;
  for (auto const& s : step) result.push_back(s.task);
  return result;
}

class muppet_Mixture : public testing::TestWithParam<Mixing> {};

TEST_P(muppet_Mixture, EveryEpochHasEachExampleOnce) {
  Mixture const mix = mixture(GetParam());
  std::map<std::pair<std::size_t, std::uint64_t>, int> met;  // position in the task's endless order
  std::int64_t const epochs = 12;  // heterogeneous: 35 sub-batches, of which the steps of 4 epochs are whole
  std::int64_t const steps = GetParam() == Mixing::heterogeneous ? 35 * epochs / 4 : mix.steps_per_epoch() * epochs;
  for (std::int64_t step = 0; step < steps; ++step)
    for (auto const& [task, first, count] : mix.at(step))
      for (std::uint64_t p = first; p < first + count; ++p) ++met[{task, p}];
  EXPECT_EQ(met.size(), 12U * (100 + 37 + 1 + 250));
  for (auto const& [where, times] : met) {
    EXPECT_EQ(times, 1);
    EXPECT_LT(where.second, 12 * parts[where.first].examples);
  }
}

TEST_P(muppet_Mixture, SubBatchesStayWithinTheirSize) {
  for (std::int64_t step = 0; step < 60; ++step)
    for (auto const& [task, first, count] : mixture(GetParam()).at(step)) {
      EXPECT_GE(count, 1U);
      EXPECT_LE(count, parts[task].sub_batch);
      EXPECT_EQ(first / parts[task].examples, (first + count - 1) / parts[task].examples);  // within one epoch
    }
}

INSTANTIATE_TEST_SUITE_P(Mixings, muppet_Mixture,
                         testing::Values(Mixing::heterogeneous, Mixing::batch_homogeneous,
                                         Mixing::dataset_homogeneous));

TEST(muppet, HeterogeneousStepsMixTasks) {
  int mixed = 0;
  for (std::int64_t step = 0; step < 100; ++step) {
    auto const tasks = tasks_of(mixture(Mixing::heterogeneous).at(step));
    EXPECT_EQ(tasks.size(), per_step);
    mixed += std::set(tasks.begin(), tasks.end()).size() > 1;
  }
  EXPECT_GT(mixed, 80);
}

TEST(muppet, TasksComeInProportionToTheirSizes) {  // chi-square over the first tenth of many keys' epochs
  std::array<double, 4> met{};
  double all = 0;
  for (std::uint64_t key = 0; key < 2000; ++key)
    for (auto const task : tasks_of(mixture(Mixing::heterogeneous, key).at(0))) met[task] += 1, all += 1;
  std::array<double, 4> const sub_batches = {13, 5, 1, 16};
  double square = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    double const expected = all * sub_batches[i] / 35;
    square += (met[i] - expected) * (met[i] - expected) / expected;
  }
  EXPECT_LT(square, 16.3);  // 3 degrees of freedom, p = .001
}

TEST(muppet, HomogeneousStepsHaveOneTask) {
  std::vector<std::size_t> order;
  Mixture const mix = mixture(Mixing::batch_homogeneous);
  EXPECT_EQ(mix.steps_per_epoch(), 4 + 2 + 1 + 4);
  for (std::int64_t step = 0; step < mix.steps_per_epoch(); ++step) {
    auto const tasks = tasks_of(mix.at(step));
    EXPECT_EQ(std::set(tasks.begin(), tasks.end()).size(), 1U);
    order.push_back(tasks.front());
  }
  EXPECT_FALSE(std::ranges::is_sorted(order));
}

TEST(muppet, DataSetsOneAfterTheOther) {
  std::vector<std::size_t> order;
  Mixture const mix = mixture(Mixing::dataset_homogeneous);
  for (std::int64_t step = 0; step < mix.steps_per_epoch(); ++step)
    for (auto const task : tasks_of(mix.at(step))) order.push_back(task);
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_EQ(order.size(), 35U);
}

TEST(muppet, KeysDiffer) {
  std::set<std::vector<std::size_t>> orders;
  for (std::uint64_t key = 1; key < 4; ++key) {
    std::vector<std::size_t> order;
    for (std::int64_t step = 0; step < 8; ++step)
      for (auto const task : tasks_of(mixture(Mixing::heterogeneous, key).at(step))) order.push_back(task);
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 3U);
}

}  // namespace
}  // namespace tartan::train
