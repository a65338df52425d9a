#include "changed.hpp"
#include "combinations.hpp"
#include "idle_keys.hpp"
#include "level_keys.hpp"
#include "stages.hpp"

#include <tartan/config/nearest.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/recipe/recipe.hpp>
#include <tartan/train/compat.hpp>

#include <algorithm>

namespace tartan::recipe {
namespace {

using train::StagePlan;
using train::WeightingKind;

config::Section stage(StagePlan& plan) {
  using train::StageKeys;
  bool const levels = plan.weighting == WeightingKind::tapweight;
  return train::stage_section(plan.name, plan.options,
                              plan.members ? StageKeys::mixing
                              : levels     ? StageKeys::levels
                              : plan.turns ? StageKeys::turns
                                           : StageKeys::usual);
}

//! "key = value" of each default in which `other` differs.
std::string differences(config::Section const& section, config::Section const& other) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < section.options().size(); ++i) {
    auto const& option = other.options()[i];
    if (option.default_text != section.options()[i].default_text)
      texts.push_back(option.key + " = " + option.default_text);
  }
  return joined(texts);
}

bool has_mlm(train::Options const& o) {
  for (auto const& t : o.tasks)
    if (task::is_masked_lm(t.objective)) return true;
  return false;
}

bool has(std::vector<StagePlan> const& stages, std::string const& name) {
  return std::ranges::any_of(stages, [&](StagePlan const& one) { return one.name == name; });
}

std::vector<StagePlan> idle_stages(Plan const& plan, std::vector<std::string> const& written) {
  std::vector<StagePlan> result;
  for (auto& one : {mlm_head_warmup(0), prefinetune(), levels(), pretrain(), turns(), dapt(), tapt(),
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

void check_names(StagePlan const& stage, std::string const& key, std::string const& names,
                 std::vector<std::string> const& known, config::Settings const& settings) {
  for (auto const& name : train::words(names)) {
    if (std::ranges::find(known, name) != known.end()) continue;
    auto const near = config::nearest(name, known);
    fail_usage(settings.origin("stage." + stage.name, key) + ": the run has no " +
               (stage.members ? "member" : "auxiliary task") + " \"" + name + "\"" +
               (near ? "; did you mean " + *near + "?" : ""));
  }
}

//! Tasks that the stage could train beside the end task.
std::vector<std::string> candidates(train::Options const& o, StagePlan const& stage) {
  train::Role const role = stage.members ? train::Role::member : train::Role::auxiliary;
  std::vector<std::string> names;
  for (auto const& t : o.tasks)
    if (t.role == role && (!stage.mlm_only || task::is_masked_lm(t.objective))) names.push_back(t.name);
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
    check_names(stage, "tasks", stage.options.tasks, known, settings);
    if (plan.options.run.recipe == "dapt+tapt" && !stage.body_frozen && stage.options.tasks.empty())
      fail_usage(recipe + ": say which texts belong to stage " + stage.name + ", for example tasks = " + known.front() +
                 " below [stage." + stage.name + "]");
  }
}

//! Each micro-batch has the examples that an objective needs, such as two to be told from each other.
void check_batches(train::Options const& o, config::Settings const& settings) {
  for (auto const& t : o.tasks) {
    std::int64_t const least = task::traits(t.objective).least_examples, batch = least * o.train.micro_batches;
    if (least > 1 && t.batch < batch)
      fail_usage(settings.origin("task." + t.name, "batch") + ": objective " + task::objective_name(t.objective) +
                 " needs " + std::to_string(least) + " examples or more in each of " +
                 std::to_string(o.train.micro_batches) + " micro-batches; raise task." + t.name + ".batch to " +
                 std::to_string(batch) + " or more");
  }
}

//! Both kinds of step have something to train, and are weighed by the recipe.
void check_turns(Plan const& plan, config::Settings const& settings) {
  for (auto const& stage : plan.stages) {
    if (!stage.turns) continue;
    auto const known = candidates(plan.options, stage);
    check_names(stage, "external", stage.options.external, known, settings);
    for (auto const& t : plan.options.tasks)
      if (t.weight >= 0 && train::trains(stage, t))
        fail_usage(settings.origin("task." + t.name, "weight") + ": recipe " + plan.options.run.recipe +
                   " weighs tasks by stage." + stage.name + ".mlm_weight; leave weight out");
    std::string const section = "stage." + stage.name;
    bool own = false;
    for (auto const& t : plan.options.tasks) {
      if (t.role != train::Role::auxiliary) continue;
      bool const external = train::is_external(stage, t), trained = train::trains(stage, t);
      own = own || (trained && !external);
      if (external && !trained && !stage.options.external.empty())
        fail_usage(settings.origin(section, "external") + ": stage " + stage.name +
                   " does not train the external texts " + t.name + "; name them in " + section + ".tasks too");
    }
    if (!own && is_changed(settings, section, "mlm_weight"))
      fail_usage(settings.origin(section, "mlm_weight") +
                 ": all auxiliary tasks are external texts; name those that are in " + section +
                 ".external, so that the end task's own texts are left");
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

//! The end task's head of two levels goes as phi's does, so that fine-tuning starts alike from both.
void forget_heads(std::vector<StagePlan>& stages) {
  bool const two = std::ranges::any_of(stages, [](StagePlan const& one) {
    return one.weighting == WeightingKind::tapweight && one.options.levels.levels == train::Levels::two;
  });
  if (two) stages.back().fresh_heads = true;
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
  forget_heads(plan.stages);
  train::validate(plan.options, settings, needs_end_task(plan.stages));
  for (auto& task : plan.options.tasks)
    if (task.role != train::Role::auxiliary && task::has_labels(task.objective))
      task.metric = train::metric_of(task);  // said in the resolved settings
  check_tasks(plan, settings);
  check_learned(plan, settings);
  check_members(plan, settings);
  check_turns(plan, settings);
  check_batches(plan.options, settings);
  for (auto const& stage : plan.stages) check_levels(stage, plan.options, settings);
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
            f = after_joint(), only = alone(), m = prefinetune(), l = levels(), again = pretrain(), by_turns = turns();
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
  sections.push_back(
      stage(by_turns).note("First stage of tlm; lr and head_lr of its finetune are 2e-05, and its head starts anew."));
  sections.push_back(stage(f).note(
      "Last stage of every recipe but mlm-head, of muppet where there is an end task. In finetune, tapt, dapt, "
      "dapt+tapt, muppet, tlm, tapweight and tapweight+pretrain: " +
      differences(stage(f), stage(only)) + "."));
  return describe(sections);
}

}  // namespace tartan::recipe
