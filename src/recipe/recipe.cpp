#include <tartan/core/error.hpp>
#include <tartan/recipe/recipe.hpp>

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

bool has_mlm(train::Options const& o) {
  for (auto const& t : o.tasks)
    if (t.objective == task::ObjectiveKind::mlm) return true;
  return false;
}

}  // namespace

Plan make_plan(config::Settings& settings) {
  Plan plan;
  train::bind(settings, plan.options);
  plan.stages = stages_of(plan.options.run.recipe, settings.origin("run", "recipe"));
  bool const joint = plan.stages.front().auxiliaries;
  if (joint && has_mlm(plan.options) && plan.options.model.mlm_head_warmup_steps > 0)
    plan.stages.insert(plan.stages.begin(), mlm_head_warmup(plan.options.model.mlm_head_warmup_steps));
  for (auto& stage : plan.stages) settings.bind(train::stage_section(stage.name, stage.options));
  settings.finish();
  train::validate(plan.options, settings);
  if (joint && plan.options.tasks.size() < 2)
    fail_usage("recipe " + plan.options.run.recipe +
               " needs an auxiliary task; add a [task.NAME] with role = auxiliary, or use recipe = finetune");
  plan.resolved_config = settings.dump();
  return plan;
}

std::string describe_defaults() {
  train::Options options;
  auto sections = train::default_sections(options);
  StagePlan j = joint(WeightingKind::meta_tartan), f = after_joint();
  sections.push_back(train::stage_section(j.name, j.options));
  sections.push_back(train::stage_section(f.name, f.options));
  return config::describe(sections);
}

}  // namespace tartan::recipe
