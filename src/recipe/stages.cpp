// Which stages recipes have, with the defaults of their papers.
#include "stages.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <map>

namespace tartan::recipe {

using train::StagePlan;
using train::WeightingKind;

// ALGORITHMS 1: Gururangan et al. 2020, appendix
StagePlan alone() {
  StagePlan s{.name = "finetune", .auxiliaries = false, .options = {}};
  s.options.lr = s.options.head_lr = 2e-5;
  s.options.decay = 0.1;
  return s;
}

// ALGORITHMS 2: script values of the published code
StagePlan joint(WeightingKind weighting) {
  StagePlan s{.name = "joint", .weighting = weighting, .options = {}};
  s.options.epochs = 150;
  s.options.evaluate_every = 30;
  s.options.patience = 20;
  s.options.lr = 1e-4;
  return s;
}

StagePlan after_joint() {
  StagePlan s{.name = "finetune", .auxiliaries = false, .from_best = true, .options = {}};
  s.options.lr = s.options.head_lr = 5e-6;
  s.options.schedule = optim::Decay::constant;
  s.options.warmup = 0;
  return s;
}

StagePlan mlm_head_warmup(std::int64_t steps) {
  StagePlan s{.name = "mlm_head_warmup", .end_task = false, .mlm_only = true, .body_frozen = true, .options = {}};
  s.options.steps = steps;
  s.options.lr = 1e-3;
  s.options.patience = 0;
  return s;
}

namespace {

StagePlan pretraining(std::string const& name) {
  StagePlan s{.name = name, .end_task = false, .mlm_only = true, .options = {}};
  s.options.patience = 0;
  return s;
}

}  // namespace

// ALGORITHMS 1: Gururangan et al. 2020, appendix
StagePlan tapt() {
  StagePlan s = pretraining("tapt");
  s.options.epochs = 100;
  s.options.lr = 1e-4;
  return s;
}
StagePlan dapt() {
  StagePlan s = pretraining("dapt");
  s.options.steps = 12'500;
  s.options.lr = 5e-4;
  return s;
}

// ALGORITHMS 3: rates of R3F's published scripts, MUPPET's own being unknown
StagePlan prefinetune() {
  StagePlan s{.name = "prefinetune", .end_task = false, .members = true, .options = {}};
  s.options.epochs = 1;
  s.options.patience = 0;
  s.options.lr = s.options.head_lr = 1e-5;
  s.options.decay = 0.1;
  s.options.clip = 0;
  return s;
}

// ALGORITHMS 4: the published language runs, but for proximal, whose factor there is divided by the number of
// parameters
StagePlan levels() {
  StagePlan s{.name = "levels", .weighting = WeightingKind::tapweight, .options = {}};
  s.options.patience = 0;
  s.options.lr = s.options.levels.upper_lr = 2e-5;
  s.options.decay = s.options.head_decay = 1e-3;
  return s;
}

StagePlan pretrain() {
  StagePlan s{.name = "pretrain", .end_task = false, .as_learned = true, .options = {}};
  s.options.epochs = 1;
  s.options.patience = 0;
  return s;
}

// ALGORITHMS 5: the published small scale
StagePlan turns() {
  StagePlan s{.name = "turns", .turns = true, .options = {}};
  s.options.steps = 150'000;
  s.options.patience = 0;
  s.options.lr = s.options.head_lr = 1e-4;
  return s;
}

StagePlan after_turns() {
  StagePlan s{.name = "finetune", .auxiliaries = false, .fresh_heads = true, .options = {}};
  s.options.lr = s.options.head_lr = 2e-5;
  return s;
}

namespace {

std::map<std::string, WeightingKind> const learned_rules = {{"meta-tartan", WeightingKind::meta_tartan},
                                                            {"dga", WeightingKind::dga},
                                                            {"tawt", WeightingKind::tawt},
                                                            {"gcs", WeightingKind::gcs},
                                                            {"gradnorm", WeightingKind::gradnorm},
                                                            {"uncertainty", WeightingKind::uncertainty},
                                                            {"random", WeightingKind::random}};

bool has_role(train::Options const& o, train::Role role) {
  return std::ranges::find(o.tasks, role, &train::TaskOptions::role) != o.tasks.end();
}

}  // namespace

std::vector<StagePlan> stages_of(train::Options const& o, std::string const& origin) {
  std::string const& recipe = o.run.recipe;
  if (recipe == "finetune") return {alone()};
  if (recipe == "mlm-head") return {};  // the warm-up alone
  if (recipe == "tapt") return {tapt(), alone()};
  if (recipe == "dapt") return {dapt(), alone()};
  if (recipe == "dapt+tapt") return {dapt(), tapt(), alone()};
  if (recipe == "muppet")
    return has_role(o, train::Role::end) ? std::vector{prefinetune(), alone()} : std::vector{prefinetune()};
  if (recipe == "tlm") return {turns(), after_turns()};
  if (recipe == "tapweight") return {levels(), alone()};
  if (recipe == "tapweight+pretrain") return {levels(), pretrain(), alone()};
  if (recipe == "mt-tartan") return {joint(WeightingKind::fixed), after_joint()};
  if (auto const rule = learned_rules.find(recipe); rule != learned_rules.end())
    return {joint(rule->second), after_joint()};
  fail_usage(origin + ": unknown recipe \"" + recipe +
             "\"; use finetune, mlm-head, tapt, dapt, dapt+tapt, mt-tartan, meta-tartan, dga, tawt, gcs, gradnorm, "
             "uncertainty, random, tapweight, tapweight+pretrain, tlm or muppet");
}

}  // namespace tartan::recipe
