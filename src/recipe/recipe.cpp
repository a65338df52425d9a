#include <tartan/core/error.hpp>
#include <tartan/recipe/recipe.hpp>

#include <algorithm>

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
  StagePlan s{.name = "mlm_head_warmup", .end_task = false, .body_frozen = true, .options = {}};
  s.options.steps = steps;
  s.options.lr = 1e-3;
  s.options.patience = 0;
  return s;
}

std::vector<StagePlan> stages_of(std::string const& recipe, std::string const& origin) {
  if (recipe == "finetune") return {alone()};
  if (recipe == "mt-tartan") return {joint(WeightingKind::fixed), after_joint()};
  if (recipe == "meta-tartan") return {joint(WeightingKind::meta_tartan), after_joint()};
  fail_usage(origin + ": unknown recipe \"" + recipe + "\"; use finetune, mt-tartan or meta-tartan");
}

config::Section stage(StagePlan& plan) { return train::stage_section(plan.name, plan.options); }

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
  for (auto& one : {mlm_head_warmup(0), joint(WeightingKind::fixed)})
    if (!has(plan.stages, one.name) && std::ranges::find(written, one.name) != written.end()) result.push_back(one);
  return result;
}

}  // namespace

Plan make_plan(config::Settings& settings) {
  Plan plan;
  train::bind(settings, plan.options);
  plan.stages = stages_of(plan.options.run.recipe, settings.origin("run", "recipe"));
  bool const joint = plan.stages.front().auxiliaries;
  if (joint && has_mlm(plan.options) && plan.options.model.mlm_head_warmup_steps > 0)
    plan.stages.insert(plan.stages.begin(), mlm_head_warmup(plan.options.model.mlm_head_warmup_steps));
  plan.idle = idle_stages(plan, settings.names("stage"));
  for (auto* stages : {&plan.stages, &plan.idle})
    for (auto& one : *stages) settings.bind(stage(one));
  settings.finish();
  train::validate(plan.options, settings);
  if (joint && plan.options.tasks.size() < 2)
    fail_usage("recipe " + plan.options.run.recipe +
               " needs an auxiliary task; add a [task.NAME] with role = auxiliary, or use recipe = finetune");
  plan.values = settings.values();
  plan.resolved.ini = settings.dump();
  for (auto const& [name, value, standard] : plan.values)
    if (value == standard) plan.resolved.defaults.insert(name);
  return plan;
}

std::string describe_defaults(std::function<std::string(std::vector<config::Section> const&)> const& describe) {
  train::Options options;
  auto sections = train::default_sections(options);
  StagePlan warmup = mlm_head_warmup(0), j = joint(WeightingKind::meta_tartan), f = after_joint(), only = alone();
  sections.push_back(stage(warmup).note("Before the first stage, for model.mlm_head_warmup_steps steps."));
  sections.push_back(stage(j).note("First stage of mt-tartan and meta-tartan."));
  sections.push_back(stage(f).note("Last stage of mt-tartan and meta-tartan. As the one stage of recipe finetune: " +
                                   differences(stage(f), stage(only)) + "."));
  return describe(sections);
}

}  // namespace tartan::recipe
