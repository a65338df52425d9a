#pragma once

#include <tartan/train/checkpoint.hpp>

#include <nlohmann/json.hpp>

namespace tartan::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Watch, best, best_step, since_best)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Best, metric, stage, step, metrics)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StageResult, stage, reason, step, watch, seconds, real_tokens,
                                                probe_tokens)

// `sizes`, `learned` and `stage_probe_tokens` only where there are any: a checkpoint without them is none of another
// release
template <class Json>
void to_json(Json& nlohmann_json_j, Progression const& nlohmann_json_t) {
  NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, stage, stage_name, step, watch, best, weighting, finished,
                                           stage_seconds, stage_tokens, metrics_bytes, origins))
  if (!nlohmann_json_t.sizes.empty()) nlohmann_json_j["sizes"] = nlohmann_json_t.sizes;
  if (!nlohmann_json_t.learned.empty()) nlohmann_json_j["learned"] = nlohmann_json_t.learned;
  if (double const tokens = nlohmann_json_t.stage_probe_tokens; tokens > 0)
    nlohmann_json_j["stage_probe_tokens"] = tokens;
}

template <class Json>
void from_json(Json const& nlohmann_json_j, Progression& nlohmann_json_t) {
  NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_FROM, stage, stage_name, step, watch, best, weighting,
                                           finished, stage_seconds, stage_tokens, metrics_bytes, origins))
  if (nlohmann_json_j.contains("sizes")) nlohmann_json_j.at("sizes").get_to(nlohmann_json_t.sizes);
  if (nlohmann_json_j.contains("learned")) nlohmann_json_j.at("learned").get_to(nlohmann_json_t.learned);
  nlohmann_json_t.stage_probe_tokens = nlohmann_json_j.value("stage_probe_tokens", 0.0);
}

}  // namespace tartan::train
