#pragma once

#include <tartan/train/checkpoint.hpp>

#include <nlohmann/json.hpp>

namespace tartan::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Watch, best, best_step, since_best)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Best, metric, stage, step, metrics)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StageResult, stage, reason, step, watch, seconds, real_tokens)

// `sizes` only where there are any: a checkpoint without them is none of another release
template <class Json>
void to_json(Json& nlohmann_json_j, Progression const& nlohmann_json_t) {
  NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, stage, stage_name, step, watch, best, weighting, finished,
                                           stage_seconds, stage_tokens, metrics_bytes, origins))
  if (!nlohmann_json_t.sizes.empty()) nlohmann_json_j["sizes"] = nlohmann_json_t.sizes;
}

template <class Json>
void from_json(Json const& nlohmann_json_j, Progression& nlohmann_json_t) {
  NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_FROM, stage, stage_name, step, watch, best, weighting,
                                           finished, stage_seconds, stage_tokens, metrics_bytes, origins))
  if (nlohmann_json_j.contains("sizes")) nlohmann_json_j.at("sizes").get_to(nlohmann_json_t.sizes);
}

}  // namespace tartan::train
