#pragma once

#include <tartan/model/mlm_head.hpp>
#include <tartan/train/options.hpp>
#include <tartan/train/run.hpp>
#include <tartan/train/step.hpp>

#include <cstdint>

namespace tartan::train {

//! train.compat = official: computes what the published code of MT-TARTAN and META-TARTAN computes (ldery/TARTAN; Dery
//! et al. 2022; ALGORITHMS 2, "Script values"). Rates, lengths and batches stay the user's. Each function below sets
//! its part of that, and nothing with Compat::none.

//! Sets the keys that it needs. Throws ExitStatus::usage naming a key that says otherwise, or another recipe.
void apply_compat(Options& options, config::Settings const& settings);

//! Means of micro-batches, and cosines without a least product of norms.
void apply_compat(Compat compat, StepOptions& step);

//! The same rule with its logits in float32.
weighting::MetaTartan apply_compat(Compat compat, weighting::MetaTartan rule);

model::DecayRule decay_rule(Compat compat);

//! The published joint stage makes one step more than its schedule has, where the number of steps is given.
std::int64_t steps_at_rate_0(StagePlan const& plan, Options const& options);

}  // namespace tartan::train
