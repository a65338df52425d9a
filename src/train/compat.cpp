#include <tartan/core/error.hpp>
#include <tartan/train/compat.hpp>

#include <map>
#include <utility>

namespace tartan::train {
namespace {

//! What is computed must be as published; by "section.key".
std::map<std::string, std::string> const published_values = {
    {"train.loss_scale", "none"},
    {"train.r3f", "0"},
    {"weighting.body", "encoder+mlm-head"},
    {"weighting.similarity", "cosine"},
    {"weighting.apply", "loss"},
    {"weighting.per", "task"},
    {"weighting.log_layers", "off"},
    {"weighting.lowest", "0"},
    {"weighting.highest", "1"},
    {"probe.per", "micro"},
    {"probe.head", "fresh"},
    {"probe.fit", "dev"},
    {"probe.draw", "independent"},
    {"probe.data", "dev"},
    {"probe.every", "1"},
    {"probe.stale", "off"},
};

void check_recipe(std::string const& recipe, config::Settings const& settings) {
  if (recipe == "meta-tartan" || recipe == "mt-tartan") return;
  fail_usage(settings.origin("run", "recipe") +
             ": train.compat = official is the published code of recipes meta-tartan and mt-tartan, not of " + recipe +
             "; use one of these, or leave train.compat out");
}

void check_values(config::Settings const& settings) {
  for (auto const& [name, value, standard] : settings.values()) {
    auto const published = published_values.find(name);
    if (published == published_values.end() || published->second == value) continue;
    auto const dot = name.find('.');
    fail_usage(settings.origin(name.substr(0, dot), name.substr(dot + 1)) + ": " + name + " = " + value +
               " contradicts train.compat = official, which needs " + published->second + "; leave one of the two out");
  }
}

}  // namespace

void apply_compat(Options& o, config::Settings const& settings) {
  if (o.train.compat != Compat::official) return;
  check_recipe(o.run.recipe, settings);
  if (!settings.given("weighting", "body")) o.weighting.body = Body::encoder_and_mlm_head;
  if (!settings.given("probe", "per")) o.probe.per = task::ProbePer::micro;
  check_values(settings);
  o.probe.features = task::ProbeFeatures::each_iteration;
  o.train.adamw.form = optim::AdamWForm::transformers;
}

void apply_compat(Compat compat, StepOptions& step) {
  if (compat != Compat::official) return;
  step.loss_mean = LossMean::micro_batches;
  step.least_norm_product = 0;
}

weighting::MetaTartan apply_compat(Compat compat, weighting::MetaTartan rule) {
  if (compat == Compat::official) weighting::keep_in_float32(rule);
  return rule;
}

model::DecayRule decay_rule(Compat compat) {
  return compat == Compat::official ? model::DecayRule::published : model::DecayRule::usual;
}

std::int64_t steps_at_rate_0(StagePlan const& plan, Options const& options) {
  bool const joint = plan.end_task && plan.auxiliaries;
  return options.train.compat == Compat::official && joint && plan.options.steps > 0 ? 1 : 0;
}

}  // namespace tartan::train
