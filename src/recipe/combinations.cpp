#include "combinations.hpp"

#include "words.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace tartan::recipe {
namespace {

struct Combination {
  bool contradicts;
  std::string section, key;
  std::string message;
};

//! Weights of one step must say something of the next where its examples follow them; ranks can only average what they
//! judge by one direction.
std::vector<Combination> of_weighting(train::Options const& o) {
  std::string const& recipe = o.run.recipe;
  bool const micro = o.probe.per == task::ProbePer::micro, mean = o.weighting.placement == train::Placement::mean;
  bool const sampling = o.weighting.apply == train::Apply::sampling;
  return {
      {sampling && is_one_of(recipe, {"gcs", "random"}), "weighting", "apply",
       "weighting.apply = sampling does not go with recipe " + recipe +
           ", whose weights are new in every step; use weighting.apply = loss"},
      {sampling && recipe == "tlm", "weighting", "apply",
       "weighting.apply = sampling does not go with recipe tlm, whose tasks take turns; use weighting.apply = loss"},
      {sampling && recipe.starts_with("tapweight"), "weighting", "apply",
       "weighting.apply = sampling does not go with recipe " + recipe +
           ", which pretrains and fine-tunes on batches of "
           "their own; use weighting.apply = loss"},
      {o.weighting.placement == train::Placement::rank0 && recipe.starts_with("tapweight"), "weighting", "placement",
       "weighting.placement = rank0 does not go with recipe " + recipe +
           ", whose products, unlike cosines, depend on how many examples rank 0 has; use weighting.placement = exact "
           "or mean"},
      {mean && micro, "weighting", "placement",
       "weighting.placement = mean has one dev gradient in a step, probe.per = micro several; use "
       "weighting.placement = exact or rank0"},
      {mean && is_one_of(recipe, {"dga", "tawt", "gcs", "gradnorm"}), "weighting", "placement",
       "weighting.placement = mean does not go with recipe " + recipe +
           ", which has no probe that ranks could share; use weighting.placement = exact or rank0"},
  };
}

//! Weights of layers are META-TARTAN's, and layers have no examples of their own.
std::vector<Combination> of_layers(train::Options const& o) {
  bool const layers = o.weighting.per == weighting::Per::layer, looks = layers || o.weighting.log_layers;
  std::string const problem = "weighting.per = layer does not go with ";
  return {
      {looks && o.probe.per == task::ProbePer::micro, "weighting", o.weighting.log_layers ? "log_layers" : "per",
       "cosines by layer are those of a whole step, and probe.per = micro has them by micro-batch; use probe.per = "
       "step"},
      {o.weighting.log_layers && o.weighting.looks == train::Looks::epoch && is_one_of(o.run.recipe, {"dga", "tawt"}),
       "weighting", "log_layers",
       "weighting.log_layers has nothing to show of steps that do not look at gradients (looks = epoch); use looks = "
       "step"},
      {layers && o.run.recipe != "meta-tartan", "weighting", "per",
       problem + "recipe " + o.run.recipe + ", only with meta-tartan; use weighting.per = task"},
      {layers && o.weighting.apply == train::Apply::sampling, "weighting", "per",
       problem + "weighting.apply = sampling, since an example trains all layers; use weighting.apply = loss"},
      {layers && o.weighting.body != train::Body::encoder, "weighting", "per",
       problem + "weighting.body = encoder+mlm-head, since the MLM head is no layer; use weighting.body = encoder"},
  };
}

std::vector<Combination> of_probe(task::ProbeOptions const& o) {
  bool const shared = o.draw == task::ProbeDraw::shared, from_train = o.fit == task::ProbeFit::train;
  bool const training = o.head == task::ProbeHead::training, micro = o.per == task::ProbePer::micro;
  return {
      {training && (from_train || shared), "probe", "head",
       "probe.head = training has no fit; leave probe." + std::string(from_train ? "fit" : "draw") +
           " out, or use head = fresh"},
      {shared && from_train, "probe", "draw",
       "probe.draw = shared cannot fit on other examples (probe.fit = train); change one of them"},
      {shared && o.head_examples != o.gradient_examples, "probe", "draw",
       "probe.draw = shared needs as many probe.head_examples (" + std::to_string(o.head_examples) +
           ") as probe.gradient_examples (" + std::to_string(o.gradient_examples) + "); set both"},
      {micro && o.stale, "probe", "per",
       "probe.per = micro has a probe for each micro-batch, probe.stale keeps one for the next step; leave one of them "
       "out"},
      {micro && shared, "probe", "per",
       "probe.per = micro has several gradient batches, and the head is fitted on one; use probe.draw = independent"},
  };
}

//! An encoder from nothing has neither heads nor features.
std::vector<Combination> of_preset(train::ModelOptions const& o) {
  bool const fresh = o.preset != model::Preset::none;
  std::string const problem = "model.preset starts an encoder from nothing: ";
  bool const rules = !o.allow_missing.empty() || !o.allow_unexpected.empty();
  return {
      {fresh && rules, "model", o.allow_missing.empty() ? "allow_unexpected" : "allow_missing",
       problem + "no weights are read that could lack anything; leave model.allow_missing and allow_unexpected out"},
      {fresh && o.heads == train::Heads::reuse, "model", "heads",
       problem + "there are no heads to reuse; leave one of them out"},
      {fresh && o.mlm_head_warmup_steps > 0, "model", "mlm_head_warmup_steps",
       problem + "a masked-LM head alone learns nothing from it; leave mlm_head_warmup_steps out"},
  };
}

}  // namespace

void check_combinations(train::Options const& options, config::Settings const& settings) {
  for (auto const& table :
       std::array{of_probe(options.probe), of_weighting(options), of_layers(options), of_preset(options.model)})
    for (auto const& [contradicts, section, key, message] : table)
      if (contradicts) fail_usage(settings.origin(section, key) + ": " + message);
}

}  // namespace tartan::recipe
