#include "idle_keys.hpp"

#include <tartan/core/log.hpp>

#include <algorithm>
#include <map>
#include <vector>

namespace tartan::recipe {
namespace {

using Recipes = std::vector<std::string>;

Recipes const judging = {"meta-tartan",       "dga", "tawt", "gcs", "gradnorm", "tapweight",
                         "tapweight+pretrain"};  // by each task's gradient
Recipes const learning = {"meta-tartan",       "dga", "tawt", "gcs", "gradnorm", "uncertainty", "random", "tapweight",
                          "tapweight+pretrain"};
Recipes const bounded = {"meta-tartan", "dga", "tawt"};

std::map<std::string, Recipes> const readers = {
    {"rate", {"meta-tartan", "dga", "tawt", "gradnorm", "uncertainty", "tapweight", "tapweight+pretrain"}},
    {"descent", {"tapweight", "tapweight+pretrain"}},
    {"similarity", {"meta-tartan", "dga", "tawt"}},
    {"placement", judging},
    {"body", judging},
    {"per", {"meta-tartan"}},
    {"log_layers", judging},
    {"ema", {"dga"}},
    {"gate", {"gcs"}},
    {"looks", {"tawt", "dga"}},
    {"look_examples", {"tawt", "dga"}},
    {"asymmetry", {"gradnorm"}},
    {"lowest", bounded},
    {"highest", bounded},
    {"apply", {"mt-tartan", "meta-tartan", "dga", "tawt", "gradnorm", "uncertainty"}},
};

bool is_one_of(std::string const& recipe, Recipes const& recipes) {
  return std::ranges::find(recipes, recipe) != recipes.end();
}

//! "a, b and c"
std::string joined(Recipes const& names) {
  std::string text;
  for (auto const& name : names) text += (text.empty() ? "" : name == names.back() ? " and " : ", ") + name;
  return text;
}

}  // namespace

void warn_of_idle_keys(std::string const& recipe, config::Settings const& settings) {
  for (auto const& [name, value, standard] : settings.values()) {
    auto const reader = name.starts_with("weighting.") ? readers.find(name.substr(name.find('.') + 1)) : readers.end();
    if (reader == readers.end() || value == standard || is_one_of(recipe, reader->second)) continue;
    std::string const origin = settings.origin("weighting", reader->first);
    if (!origin.starts_with("--") && !is_one_of(recipe, learning)) continue;
    warn(origin + ": recipe " + recipe + " does not read " + name + "; " + joined(reader->second) +
         (reader->second.size() == 1 ? " does" : " do"));
  }
}

}  // namespace tartan::recipe
