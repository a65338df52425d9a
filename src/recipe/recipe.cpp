#include "combinations.hpp"
#include "idle_keys.hpp"

#include <tartan/config/nearest.hpp>
#include <tartan/core/error.hpp>
#include <tartan/recipe/recipe.hpp>
#include <tartan/train/compat.hpp>

#include <algorithm>
#include <map>

namespace tartan::recipe {
namespace {

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

StagePlan pretraining(std::string const& name) {
  StagePlan s{.name = name, .end_task = false, .mlm_only = true, .options = {}};
  s.options.patience = 0;
  return s;
}

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
  s.options.lr = s.options.upper_lr = 2e-5;
  s.options.decay = s.options.head_decay = 1e-3;
  return s;
}

StagePlan pretrain() {
  StagePlan s{.name = "pretrain", .end_task = false, .as_learned = true, .options = {}};
  s.options.epochs = 1;
  s.options.patience = 0;
  return s;
}

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

std::vector<StagePlan> stages_of(train::Options const& o, std::string const& origin) {
  std::string const& recipe = o.run.recipe;
  if (recipe == "finetune") return {alone()};
  if (recipe == "mlm-head") return {};  // the warm-up alone
  if (recipe == "tapt") return {tapt(), alone()};
  if (recipe == "dapt") return {dapt(), alone()};
  if (recipe == "dapt+tapt") return {dapt(), tapt(), alone()};
  if (recipe == "muppet")
    return has_role(o, train::Role::end) ? std::vector{prefinetune(), alone()} : std::vector{prefinetune()};
  if (recipe == "tapweight") return {levels(), alone()};
  if (recipe == "tapweight+pretrain") return {levels(), pretrain(), alone()};
  if (recipe == "mt-tartan") return {joint(WeightingKind::fixed), after_joint()};
  if (auto const rule = learned_rules.find(recipe); rule != learned_rules.end())
    return {joint(rule->second), after_joint()};
  fail_usage(origin + ": unknown recipe \"" + recipe +
             "\"; use finetune, mlm-head, tapt, dapt, dapt+tapt, mt-tartan, meta-tartan, dga, tawt, gcs, gradnorm, "
             "uncertainty, random, tapweight, tapweight+pretrain or muppet");
}

config::Section stage(StagePlan& plan) {
  using train::StageKeys;
  bool const levels = plan.weighting == WeightingKind::tapweight;
  return train::stage_section(plan.name, plan.options,
                              plan.members ? StageKeys::mixing
                              : levels     ? StageKeys::levels
                                           : StageKeys::usual);
}

//! "key = value" of each default in which `other` differs.
std::string differences(config::Section const& section, config::Section const& other) {
  std::string text;
  for (std::size_t i = 0; i < section.options().size(); ++i) {
    auto const& option = other.options()[i];
    if (option.default_text != section.options()[i].default_text)
      text += (text.empty() ? "" : ", ") + option.key + " = " + option.default_text;
  }
  return text;
}

bool has_mlm(train::Options const& o) {
  for (auto const& t : o.tasks)
    if (t.objective == task::ObjectiveKind::mlm) return true;
  return false;
}

bool has(std::vector<StagePlan> const& stages, std::string const& name) {
  return std::ranges::any_of(stages, [&](StagePlan const& one) { return one.name == name; });
}

std::vector<StagePlan> idle_stages(Plan const& plan, std::vector<std::string> const& written) {
  std::vector<StagePlan> result;
  for (auto& one : {mlm_head_warmup(0), prefinetune(), levels(), pretrain(), dapt(), tapt(),
                    joint(WeightingKind::fixed), after_joint()})
    if (!has(plan.stages, one.name) && std::ranges::find(written, one.name) != written.end()) result.push_back(one);
  return result;
}

bool needs_end_task(std::vector<StagePlan> const& stages) {
  return std::ranges::any_of(stages, [](StagePlan const& one) { return one.end_task; });
}

//! The warm-up of a fresh MLM head goes before the first stage that would use it; as a recipe it stands alone.
void add_warmup(Plan& plan) {
  std::int64_t const steps = plan.options.model.mlm_head_warmup_steps;
  if (plan.stages.empty() && steps == 0)
    fail_usage(
        "recipe mlm-head trains for model.mlm_head_warmup_steps steps; write for example "
        "mlm_head_warmup_steps = 500 below [model]");
  bool const used = plan.stages.empty() || plan.stages.front().auxiliaries;
  if (used && steps > 0 && has_mlm(plan.options)) plan.stages.insert(plan.stages.begin(), mlm_head_warmup(steps));
}

void check_names(StagePlan const& stage, std::vector<std::string> const& known, config::Settings const& settings) {
  for (auto const& name : train::words(stage.options.tasks)) {
    if (std::ranges::find(known, name) != known.end()) continue;
    auto const near = config::nearest(name, known);
    fail_usage(settings.origin("stage." + stage.name, "tasks") + ": the run has no " +
               (stage.members ? "member" : "auxiliary task") + " \"" + name + "\"" +
               (near ? "; did you mean " + *near + "?" : ""));
  }
}

//! Tasks that the stage could train beside the end task.
std::vector<std::string> candidates(train::Options const& o, StagePlan const& stage) {
  train::Role const role = stage.members ? train::Role::member : train::Role::auxiliary;
  std::vector<std::string> names;
  for (auto const& t : o.tasks)
    if (t.role == role && (!stage.mlm_only || t.objective == task::ObjectiveKind::mlm)) names.push_back(t.name);
  return names;
}

//! Weights are kept of tasks that have learned ones.
void check_learned(Plan const& plan, config::Settings const& settings) {
  for (std::size_t i = 1; i < plan.stages.size(); ++i) {
    StagePlan const& stage = plan.stages[i];
    StagePlan const& before = plan.stages[i - 1];
    for (auto const& t : plan.options.tasks)
      if (stage.as_learned && train::trains(stage, t) && !train::trains(before, t))
        fail_usage(settings.origin("stage." + stage.name, "tasks") + ": stage " + stage.name +
                   " keeps the weights that stage " + before.name + " learns, which does not train " + t.name +
                   "; name tasks of that stage alone");
  }
}

//! Every stage but fine-tuning has something to train, and it is said which texts are whose.
void check_tasks(Plan const& plan, config::Settings const& settings) {
  std::string const recipe = "recipe " + plan.options.run.recipe;
  for (auto const& stage : plan.stages) {
    if (!stage.auxiliaries) continue;
    auto const known = candidates(plan.options, stage);
    if (known.empty())
      fail_usage(recipe + " needs " + (stage.members ? "a task with role = member" : "an auxiliary task") +
                 (stage.mlm_only ? " with objective = mlm" : "") + "; add a [task.NAME] with role = " +
                 (stage.members ? "member" : "auxiliary, or use recipe = finetune"));
    check_names(stage, known, settings);
    if (plan.options.run.recipe == "dapt+tapt" && !stage.body_frozen && stage.options.tasks.empty())
      fail_usage(recipe + ": say which texts belong to stage " + stage.name + ", for example tasks = " + known.front() +
                 " below [stage." + stage.name + "]");
  }
}

//! What means nothing where tasks are mixed by their sizes and no dev metric is everybody's.
void check_members(Plan const& plan, config::Settings const& settings) {
  for (auto const& stage : plan.stages)
    if (stage.members && stage.options.patience > 0)
      fail_usage(settings.origin("stage." + stage.name, "patience") +
                 ": members have no dev metric in common that could stop the stage; leave patience out, and say steps, "
                 "epochs or run.max_minutes");
  for (auto const& t : plan.options.tasks)
    if (t.role == train::Role::member && t.weight >= 0)
      fail_usage(settings.origin("task." + t.name, "weight") +
                 ": a member weighs as much as it has examples; leave weight out, or use a part of them "
                 "(task." +
                 t.name + ".fraction)");
}

//! Where a recipe's paper has another default than its neighbours.
void apply_recipe_defaults(train::Options& o, config::Settings const& settings) {
  bool const scaled = o.run.recipe == "muppet" && !settings.given("train", "loss_scale");
  if (scaled) o.train.loss_scale = task::LossScale::uniform;
}

}  // namespace

Plan make_plan(config::Settings& settings) {
  Plan plan;
  train::bind(settings, plan.options);
  plan.stages = stages_of(plan.options, settings.origin("run", "recipe"));
  add_warmup(plan);
  plan.idle = idle_stages(plan, settings.names("stage"));
  for (auto* stages : {&plan.stages, &plan.idle})
    for (auto& one : *stages) settings.bind(stage(one));
  settings.finish();
  train::apply_compat(plan.options, settings);
  apply_recipe_defaults(plan.options, settings);
  train::validate(plan.options, settings, needs_end_task(plan.stages));
  for (auto& task : plan.options.tasks)
    if (task.role != train::Role::auxiliary && task.objective != task::ObjectiveKind::mlm)
      task.metric = train::metric_of(task);  // said in the resolved settings
  check_tasks(plan, settings);
  check_learned(plan, settings);
  check_members(plan, settings);
  check_combinations(plan.options, settings);
  warn_of_idle_keys(plan.options.run.recipe, settings);
  plan.values = settings.values();
  plan.resolved.ini = settings.dump();
  for (auto const& [name, value, standard] : plan.values)
    if (value == standard) plan.resolved.defaults.insert(name);
  return plan;
}

std::string describe_defaults(std::function<std::string(std::vector<config::Section> const&)> const& describe) {
  train::Options options;
  auto sections = train::default_sections(options);
  StagePlan warmup = mlm_head_warmup(0), d = dapt(), t = tapt(), j = joint(WeightingKind::meta_tartan),
            f = after_joint(), only = alone(), m = prefinetune(), l = levels(), again = pretrain();
  sections.push_back(
      stage(warmup).note("Before the first stage, for model.mlm_head_warmup_steps steps; all of recipe "
                         "mlm-head."));
  sections.push_back(stage(d).note("First stage of dapt and dapt+tapt."));
  sections.push_back(stage(t).note("Before fine-tuning in tapt and dapt+tapt."));
  sections.push_back(stage(j).note("First stage of mt-tartan, meta-tartan and the recipes of other rules."));
  sections.push_back(stage(m).note(
      "First stage of muppet. An epoch is one of all members; evaluate_every = 0: at the end only; tasks: of the "
      "members."));
  sections.push_back(
      stage(l).note("First stage of tapweight and tapweight+pretrain. lr, head_lr, decay and clip are theta's; phi's "
                    "are upper_lr, upper_head_lr, and the "
                    "same decay and clip."));
  sections.push_back(stage(again).note(
      "Second stage of tapweight+pretrain: theta goes on with the weights that the first ended with."));
  sections.push_back(stage(f).note(
      "Last stage of every recipe but mlm-head, of muppet where there is an end task. In finetune, tapt, dapt, "
      "dapt+tapt, muppet, tapweight and tapweight+pretrain: " +
      differences(stage(f), stage(only)) + "."));
  return describe(sections);
}

}  // namespace tartan::recipe
