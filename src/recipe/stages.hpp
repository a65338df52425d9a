#pragma once

#include <tartan/train/run.hpp>

#include <string>
#include <vector>

namespace tartan::recipe {

//! The stages of run.recipe, the warm-up of a fresh MLM head apart. Throws ExitStatus::usage, `origin` saying where the
//! recipe was named.
std::vector<train::StagePlan> stages_of(train::Options const& options, std::string const& origin);

//! Every stage that recipes have, with the defaults of its paper.
train::StagePlan mlm_head_warmup(std::int64_t steps);
train::StagePlan dapt();
train::StagePlan tapt();
train::StagePlan joint(train::WeightingKind weighting);
train::StagePlan prefinetune();
train::StagePlan levels();
train::StagePlan pretrain();
train::StagePlan turns();
train::StagePlan alone();        //!< fine-tuning as Gururangan et al.
train::StagePlan after_joint();  //!< fine-tuning from the joint stage's best
train::StagePlan after_turns();  //!< fine-tuning with a fresh head

}  // namespace tartan::recipe
