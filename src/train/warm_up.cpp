#include "warm_up.hpp"

#include "open_run.hpp"

#include <tartan/core/log.hpp>

#include <algorithm>
#include <iterator>

namespace tartan::train {

std::vector<StagePlan> warm_ups(std::vector<StagePlan> const& stages) {
  std::vector<StagePlan> result;
  std::ranges::copy_if(stages, std::back_inserter(result), &StagePlan::body_frozen);
  return result;
}

void warm_up_mlm_head(RunContext& run, std::vector<StagePlan> const& stages) {
  for (auto const& plan : warm_ups(stages)) {
    if (is_idle(plan, run.model)) continue;
    log("training a fresh MLM head for " + std::to_string(plan.options.steps) + " steps");
    Progression p;
    Stage(run, plan, p, std::nullopt).bench(0, plan.options.steps);
  }
}

StagePlan probing_stage() { return {.name = "probing", .weighting = WeightingKind::meta_tartan, .options = {}}; }

}  // namespace tartan::train
