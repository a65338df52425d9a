#pragma once

#include <tartan/train/run.hpp>

#include <functional>
#include <string>
#include <vector>

namespace tartan::recipe {

//! A run as its settings ask for it: options of all rooms and the recipe's stages.
struct Plan {
  train::Options options;
  std::vector<train::StagePlan> stages;
  std::vector<train::StagePlan> idle;  //!< spoken of in the settings, which serve several recipes, but not in this one
  train::ResolvedConfig resolved;
  std::vector<config::Setting> values;  //!< the same, key by key
};

//! finetune: the end task alone. mlm-head: a fresh MLM head alone, for later runs to begin with. tapt, dapt, dapt+tapt:
//! masked language modelling on task or domain texts, then fine-tuning (Gururangan et al. 2020). mt-tartan: joint stage
//! with constant weights, then fine-tuning from its best. meta-tartan: the same with learned weights (Dery et al.
//! 2022); dga, tawt, gcs, gradnorm, uncertainty, random: with the weights of that rule. tapweight, tapweight+pretrain:
//! three levels (Zhang et al. 2024), pretraining with their last weights, then fine-tuning. tlm: external texts in turn
//! with the end task, then fine-tuning (Yao et al. 2021). muppet: all members mixed (Aghajanyan et al. 2021), then
//! fine-tuning where there is an end task. Throws ExitStatus::usage naming the key.
Plan make_plan(config::Settings& settings);

//! What `describe` makes of every section with its defaults, the stages of all recipes included.
std::string describe_defaults(std::function<std::string(std::vector<config::Section> const&)> const& describe);

}  // namespace tartan::recipe
