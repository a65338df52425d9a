#pragma once

#include <tartan/core/random.hpp>
#include <tartan/train/run.hpp>

namespace tartan::train {

//! The stage's rule with its start weights: [task.NAME] weight where it is given, else as the rule's paper starts.
//! `stage` names the draws of rules that draw, `groups` are those of weighting.per = layer, `learned` are weights by
//! task name for a stage that keeps them. Throws ExitStatus::usage.
weighting::Weighting make_weighting(StagePlan const& plan, Options const& options,
                                    std::vector<Task const*> const& tasks, Key stage,
                                    std::vector<std::string> const& groups,
                                    std::map<std::string, double> const& learned);

}  // namespace tartan::train
