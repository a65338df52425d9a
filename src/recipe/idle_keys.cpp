#include "idle_keys.hpp"

#include "changed.hpp"
#include "words.hpp"

#include <tartan/core/log.hpp>

#include <algorithm>
#include <map>
#include <vector>

namespace tartan::recipe {
namespace {

using Recipes = Words;

Recipes const judging = {"meta-tartan",       "dga", "tawt", "gcs", "gradnorm", "tapweight",
                         "tapweight+pretrain"};  // by each task's gradient
Recipes const learning = {"meta-tartan",       "dga", "tawt", "gcs", "gradnorm", "uncertainty", "random", "tapweight",
                          "tapweight+pretrain"};
Recipes const by_end_task = {"tawt", "dga"};
Recipes const bounded = {"meta-tartan", "dga", "tawt"};

Recipes const levels = {"tapweight", "tapweight+pretrain"};  // look through phi's own head
Recipes const fresh = {"meta-tartan"};

std::map<std::string, Recipes> const readers = {
    {"weighting.rate", {"meta-tartan", "dga", "tawt", "gradnorm", "uncertainty", "tapweight", "tapweight+pretrain"}},
    {"weighting.descent", {"tapweight", "tapweight+pretrain"}},
    {"weighting.similarity", {"meta-tartan", "dga", "tawt"}},
    {"weighting.placement", judging},
    {"weighting.body", judging},
    {"weighting.per", {"meta-tartan"}},
    {"weighting.log_layers", judging},
    {"weighting.ema", {"dga"}},
    {"weighting.gate", {"gcs"}},
    {"weighting.looks", by_end_task},
    {"weighting.look_examples", by_end_task},
    {"weighting.asymmetry", {"gradnorm"}},
    {"weighting.lowest", bounded},
    {"weighting.highest", bounded},
    {"weighting.apply", {"mt-tartan", "meta-tartan", "dga", "tawt", "gradnorm", "uncertainty"}},
    {"probe.head", fresh},
    {"probe.fit", fresh},
    {"probe.draw", fresh},
    {"probe.features", fresh},
    {"probe.head_examples", fresh},
    {"probe.iterations", fresh},
    {"probe.tolerance", fresh},
    {"probe.head_lr", fresh},
    {"probe.head_decay", fresh},
};

}  // namespace

void warn_of_idle_keys(std::string const& recipe, config::Settings const& settings) {
  for (auto const& [name, value, standard] : settings.values()) {
    auto const reader = readers.find(name);
    if (reader == readers.end() || value == standard || is_one_of(recipe, reader->second)) continue;
    std::size_t const dot = name.find('.');
    std::string const section = name.substr(0, dot), origin = settings.origin(section, name.substr(dot + 1));
    bool const another_rule = is_one_of(recipe, section == "probe" ? levels : learning);
    if (!origin.starts_with("--") && !another_rule) continue;
    warn(origin + ": recipe " + recipe + " does not read " + name + "; " + joined(reader->second, "and") +
         (reader->second.size() == 1 ? " does" : " do"));
  }
  if (is_one_of(recipe, by_end_task) && is_changed(settings, "weighting", "look_examples") &&
      !is_changed(settings, "weighting", "looks"))
    warn(settings.origin("weighting", "look_examples") +
         ": weighting.look_examples is read where weights follow once per epoch; set weighting.looks = epoch");
}

}  // namespace tartan::recipe
