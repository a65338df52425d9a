#pragma once

#include "negated.hpp"
#include "toy_trainer.hpp"

#include <tartan/core/error.hpp>
#include <tartan/train/three_level.hpp>

#include <gtest/gtest.h>
#include <memory>

namespace tartan::train::toy {

//! The end task, and three auxiliaries of which one helps it (its own labels, other sentences), one is noise (sentences
//! of any words, any labels, a head of its own) and one harms it (its own loss, upwards). META-TARTAN's fresh dev head
//! is fitted well and its examples are many: what is planted is found only as far as the dev gradient can be trusted.
//! For TapWeight heads stay as they are: theta's head would follow what goes up the end task's loss, after which theta
//! learns the end task's features by predicting the wrong classes, and nothing planted harms phi any more.
class Planted {
 public:
  enum class Rule { meta_tartan, tawt, tapweight };

  Planted(Rule rule, std::uint64_t seed, comm::Communicator& comm)
      : rule_(rule), key_(Key(seed)), comm_(comm), weighting_(weighting()) {
    static Negated const negated;
    tasks_ = {{"end", &classification(), "end"},
              {"helps", &classification(), "end"},
              {"noise", &classification(), "noise"},
              {"harms", &negated, "end"}};
    if (rule == Rule::tapweight) {
      options_.probe.head = task::ProbeHead::training;
      auto levels =
          std::make_unique<ThreeLevel>(*model_, tasks_, comm, options_, optimizer_, LevelOptions{.proximal = proximal});
      levels->begin();
      step_ = std::move(levels);
    } else {
      options_.probe.head_lr = 0.03;
      options_.probe.iterations = 30;
      step_ = std::make_unique<SingleLevel>(*model_, tasks_, &tasks_.front(), comm, options_, optimizer_);
    }
  }

  //! Weights of what helps, of noise and of what harms, after training.
  std::vector<double> weights(int steps) {
    for (int step = 0; step < steps; ++step) train(key_.with(static_cast<std::uint64_t>(step)));
    auto const all = weighting::weights(weighting_);
    return {all.begin() + 1, all.end()};
  }

 private:
  static constexpr double proximal = 0.1;
  static constexpr std::uint64_t batch = 64;

  weighting::Weighting weighting() const {
    switch (rule_) {
      case Rule::meta_tartan:
        return weighting::make_meta_tartan(4, 0.3);
      case Rule::tawt:
        return weighting::make_tawt({1, 1, 1, 1}, 0.2);
      case Rule::tapweight:
        return weighting::make_tapweight({1, 1, 1}, 20, proximal, weighting::Descent::sgd);
    }
    fail_bug("a rule without a weighting");
  }

  data::PackedBatch share(Examples const& all) const {
    auto const [first, last] = share_of(static_cast<std::int64_t>(all.size()), comm_.rank(), comm_.size());
    return pack(all, static_cast<std::size_t>(first), static_cast<std::size_t>(last));
  }

  void train(Key key) {
    StepInputs inputs;
    for (auto const& task : tasks_) {
      Labels const labels = task.name == "noise" ? Labels::meaningless : Labels::topic;
      inputs.batches.push_back({share(labelled(key.with(task.name), batch, labels))});
    }
    if (comm_.rank() == 0 && rule_ != Rule::tawt)
      inputs.probe = ProbeInputs{pack(labelled(key.with("head"), 192)), pack(labelled(key.with("dev"), 192))};
    auto const start = [&](model::ParameterSet& parameters, std::string const& name) {
      model::initialize_head(parameters, name, classification().head(config()), key.with("start"));
    };
    step_->run(inputs, std::vector<double>(tasks_.size(), batch), rates(), weighting_, start, {});
  }

  StepRates rates() const {
    if (rule_ == Rule::tapweight) return {.body_lr = 1e-3, .upper_body_lr = 1e-3};
    return {.body_lr = 1e-3, .head_lr = 1e-2};
  }

  Rule rule_;
  Key key_;
  comm::Communicator& comm_;
  StepOptions options_;
  std::vector<StepTask> tasks_;
  std::unique_ptr<model::Model> model_ =
      make_model({{"end", classification().head(config())}, {"noise", classification().head(config())}});
  optim::AdamW optimizer_{model_->parameters, {}};
  weighting::Weighting weighting_;
  std::unique_ptr<StepRule> step_;
};

constexpr std::uint64_t planted_seeds = 10;

//! In each of ten seeds what helps weighs most and what harms least (ALGORITHMS 7.2 and 7.14 in one).
inline void expect_ranked(Planted::Rule rule, comm::Communicator& comm) {
  for (std::uint64_t seed = 1; seed <= planted_seeds; ++seed) {
    auto const w = Planted(rule, seed, comm).weights(rule == Planted::Rule::meta_tartan ? 50 : 30);
    EXPECT_GT(w[0], w[1]) << "seed " << seed;
    EXPECT_GT(w[1], w[2]) << "seed " << seed;
  }
}

}  // namespace tartan::train::toy
