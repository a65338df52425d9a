// One step of three levels against its parts, each computed alone (ALGORITHMS 4).
#include "toy_trainer.hpp"

#include <tartan/train/three_level.hpp>

#include <cmath>
#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

constexpr double proximal = 0.3, rate = 0.7;
StepRates const rates{.body_lr = 1e-3, .head_lr = 1e-2, .upper_body_lr = 2e-3, .upper_head_lr = 3e-2, .clip = 0};
std::vector<StepTask> const tasks = {
    {"end", &classification(), "end"}, {"text", &mlm(), ""}, {"other", &classification(), "other"}};

std::unique_ptr<model::Model> toy_model() {
  auto const shape = classification().head(config());
  return make_model({{"end", shape}, {"other", shape}});
}

struct Batches {
  explicit Batches(Key key)
      : inputs{{{pack(labelled(key.with("end"), 8))},
                {pack(masked(key.with("text"), 5))},
                {pack(labelled(key.with("other"), 6))}},
               ProbeInputs{{}, pack(labelled(key.with("dev"), 24))}},
        counts(local_counts(inputs)) {}
  StepInputs inputs;
  std::vector<double> counts;
};

StepOptions options() {
  StepOptions result;
  result.dropout = false;
  result.probe.head = task::ProbeHead::training;
  return result;
}

weighting::Weighting rule(double gamma) {
  return weighting::make_tapweight({1, 1}, rate, gamma, weighting::Descent::sgd);
}

std::vector<double> logits(weighting::Weighting const& w) { return std::get<weighting::TapWeight>(w).logits; }

class tapweight_Step : public testing::Test {
 protected:
  tapweight_Step() : step_(*theta_, tasks, *comm_, options(), optimizer_, {.proximal = proximal}) { step_.begin(); }
  StepReport run(Batches const& batches, weighting::Weighting& weighting) {
    return step_.run(batches.inputs, batches.counts, rates, weighting, {});
  }
  //! Of task i alone at `values`.
  at::Tensor gradient(std::size_t i, Batches const& batches, at::Tensor const& values) const {
    auto const model = toy_model();
    model->parameters.values().copy_(values);
    at::Tensor const result = at::zeros_like(values);
    model->parameters.bind_gradients(result);
    data::PackedBatch const& batch = batches.inputs.batches[i][0];
    task::HeadPlace const place{model->encoder, model->parameters, model->parameters, tasks[i].head, false};
    (task::first_pass_loss(*tasks[i].objective, place, batch) / batches.counts[i]).backward();
    return result;
  }
  at::Tensor validation_gradient(Batches batches, at::Tensor const& values) const {
    batches.inputs.batches[0] = {batches.inputs.probe->gradient};
    batches.counts[0] = 24;
    return gradient(0, batches, values);
  }
  at::Tensor body(at::Tensor const& flat) const { return flat.narrow(0, 0, theta_->parameters.layout().body_size()); }

  std::unique_ptr<model::Model> theta_ = toy_model();
  std::unique_ptr<comm::Communicator> comm_ = comm::make_local();
  optim::AdamW optimizer_{theta_->parameters, {}};
  ThreeLevel step_;
};

TEST_F(tapweight_Step, ThetaLearnsFromThePretrainingTasksAlone) {
  Batches const batches(Key(5));
  auto weighting = rule(proximal);
  run(batches, weighting);
  auto const alone = toy_model();
  optim::AdamW optimizer(alone->parameters, {});
  SingleLevel single(*alone, {tasks[1], tasks[2]}, nullptr, *comm_, options(), optimizer);
  weighting::Weighting equal = weighting::make_fixed({0.5, 0.5});
  single.run({{batches.inputs.batches[1], batches.inputs.batches[2]}, std::nullopt},
             {batches.counts[1], batches.counts[2]}, rates, equal, {});
  EXPECT_LE(distance(theta_->parameters.values(), alone->parameters.values()), 1e-12);
  EXPECT_EQ(distance(theta_->parameters.at("end.out.weight"), toy_model()->parameters.at("end.out.weight")), 0);
}

TEST_F(tapweight_Step, PhiLearnsTheEndTaskAndIsPulledToTheNewTheta) {
  Batches const batches(Key(5));
  auto weighting = rule(proximal);
  at::Tensor const before = theta_->parameters.values().clone();
  StepReport const report = run(batches, weighting);
  at::Tensor expected = gradient(0, batches, before);
  body(expected).add_(body(before) - body(theta_->parameters.values()), 2 * proximal);
  auto const by_hand = toy_model();
  optim::AdamW optimizer(by_hand->parameters, {});
  auto const& segments = by_hand->parameters.layout().segments();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    bool const head = segments[i].name == "head.end";
    double const decay = !segments[i].decayed ? 0 : head ? rates.head_decay : rates.body_decay;
    if (head || segments[i].owner == model::Owner::encoder)
      optimizer.step(i, expected, head ? rates.upper_head_lr : rates.upper_body_lr, decay);
  }
  at::Tensor const& phi = step_.phi().parameters.values();
  EXPECT_LE(distance(body(phi), body(by_hand->parameters.values())), 1e-12);
  EXPECT_LE(distance(step_.phi().parameters.at("end.out.weight"), by_hand->parameters.at("end.out.weight")), 1e-12);
  EXPECT_NEAR(*report.distance, (body(phi) - body(theta_->parameters.values())).norm().item<double>(), 1e-12);
}

// The second step's, when theta and phi are no longer one
TEST_F(tapweight_Step, LogitsGoDownTheHypergradient) {
  auto weighting = rule(proximal);
  run(Batches(Key(5)), weighting);
  auto const before = logits(weighting), lambda = weighting::weights(weighting);
  Batches const batches(Key(6));
  at::Tensor const v = validation_gradient(batches, step_.phi().parameters.values());
  std::vector<double> slopes;
  for (std::size_t i = 1; i < 3; ++i) {
    at::Tensor const g = gradient(i, batches, theta_->parameters.values());
    slopes.push_back(-2 * proximal * at::dot(body(g), body(v)).item<double>());
  }
  run(batches, weighting);
  double const mean = lambda[1] * slopes[0] + lambda[2] * slopes[1];
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(logits(weighting)[i], before[i] - rate * lambda[i + 1] * (slopes[i] - mean), 1e-12);
  EXPECT_GT(std::abs(logits(weighting)[0] - before[0]), 1e-6);
}

TEST_F(tapweight_Step, WithoutAPullWeightsStay) {
  auto weighting = rule(0);
  auto const before = logits(weighting);
  for (std::uint64_t key = 0; key < 3; ++key) run(Batches(Key(key)), weighting);
  EXPECT_EQ(logits(weighting), before);
  EXPECT_EQ(weighting::weights(weighting)[1], 0.5);
}

}  // namespace
}  // namespace tartan::train::toy
