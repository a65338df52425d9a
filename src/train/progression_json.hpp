#pragma once

#include <tartan/train/checkpoint.hpp>

#include <nlohmann/json.hpp>

namespace tartan::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Watch, best, best_step, since_best)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Best, metric, stage, step, metrics)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StageResult, stage, reason, step, watch, seconds, real_tokens)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Progression, stage, stage_name, step, watch, best, weighting, finished,
                                   stage_seconds, stage_tokens, metrics_bytes, origins)

}  // namespace tartan::train
