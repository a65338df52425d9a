#include "analytic.hpp"

#include <gtest/gtest.h>

namespace tartan::weighting {
namespace {

using analytic::Vector;

struct Examples {
  std::vector<Vector> inputs;
  Vector labels;  // 0 or 1
};

double sigmoid(double value) { return 1 / (1 + std::exp(-value)); }

Examples draw_examples(Vector const& truth, std::size_t count, Stream& stream) {
  Examples result;
  for (std::size_t n = 0; n < count; ++n) {
    auto const& input = result.inputs.emplace_back(analytic::normal_vector(stream, truth.size(), 1));
    result.labels.push_back(stream.uniform() < sigmoid(analytic::dot(input, truth)) ? 1 : 0);
  }
  return result;
}

Examples shuffle_labels(Examples examples, Key key) {
  Permutation const permutation(key, examples.labels.size());
  Vector const labels = examples.labels;
  for (std::size_t n = 0; n < labels.size(); ++n) examples.labels[n] = labels[permutation(n)];
  return examples;
}

//! Mean gradient of the logistic loss over a batch drawn with `batch`; the same key draws the same places.
Vector gradient(Examples const& examples, Vector const& theta, Key batch) {
  Stream stream(batch);
  Vector result(theta.size(), 0.0);
  for (int n = 0; n < 32; ++n) {
    std::size_t const place = stream.below(examples.labels.size());
    auto const& input = examples.inputs[place];
    analytic::add(result, (sigmoid(analytic::dot(input, theta)) - examples.labels[place]) / 32, input);
  }
  return result;
}

enum Task : std::size_t { end_task, copy, shuffled, negated, num_tasks };

//! Weights after every step of logistic regression on the end task, its copy, shuffled labels and a negated gradient.
std::vector<Vector> train(std::uint64_t seed, int steps) {
  Stream stream{Key(seed).with("live")};
  Vector const truth = analytic::normal_vector(stream, 20, 1);
  Examples const train_split = draw_examples(truth, 400, stream);
  Examples const dev_split = draw_examples(truth, 200, stream);
  Examples const noise = shuffle_labels(train_split, Key(seed).with("shuffle"));
  Weighting weighting = make_meta_tartan(num_tasks, 0.02);
  Vector theta(truth.size(), 0.0);
  std::vector<Vector> path;
  for (int step = 0; step < steps; ++step) {
    Key const key = Key(seed).with(static_cast<std::uint64_t>(step));
    std::vector<Vector> gradients = {gradient(train_split, theta, key.with("end")),
                                     gradient(train_split, theta, key.with("copy")),
                                     gradient(noise, theta, key.with("shuffled"))};
    auto& opposed = gradients.emplace_back(theta.size(), 0.0);
    analytic::add(opposed, -1, gradient(train_split, theta, key.with("negated")));
    auto const alignments = analytic::align(gradients, gradient(dev_split, theta, key.with("dev")));
    analytic::add(theta, -0.1, analytic::mix(weights(weighting), gradients));
    update(weighting, alignments);
    path.push_back(weights(weighting));
  }
  return path;
}

class LiveTraining : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LiveTraining, CopyGainsNoiseLosesOppositeFallsFastest) {
  auto const path = train(GetParam(), 400);
  Vector const& last = path.back();
  EXPECT_GT(last[copy], 0.35);
  EXPECT_NEAR(last[copy] / last[end_task], 1, 0.15);
  EXPECT_LT(last[shuffled], 0.23);
  EXPECT_LT(last[negated], 0.1);
  for (std::size_t step = 20; step < path.size(); ++step) ASSERT_LT(path[step][negated], path[step][shuffled]);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LiveTraining, ::testing::Values(1, 2, 3, 4, 5));

}  // namespace
}  // namespace tartan::weighting
