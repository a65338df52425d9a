#include "progression_facts.hpp"

#include "numbers.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tartan::cli {

Facts best_facts(train::Best const& best) {
  if (best.step < 0) return nullptr;
  return {{"stage", best.stage}, {"step", best.step}, {"metric", best.metric}, {"metrics", best.metrics}};
}

Facts stage_facts(train::StageResult const& stage) {
  Facts facts = {{"stage", stage.stage},
                 {"step", stage.step},
                 {"reason", stage.reason},
                 {"seconds", stage.seconds},
                 {"real_tokens", stage.real_tokens},
                 {"probe_tokens", stage.probe_tokens}};
  bool const evaluated = stage.watch.best_step >= 0;
  facts["best"] = evaluated ? Facts(stage.watch.best) : Facts();
  facts["best_step"] = evaluated ? Facts(stage.watch.best_step) : Facts();
  return facts;
}

std::string stages_text(Facts const& stages) {
  Table table("lrlrrrr");
  table.add({"stage", "steps", "ended by", "time", "real tokens", "best dev", "at step"});
  for (auto const& s : stages)
    table.add({visible(s["stage"].get<std::string>(), 24), s["step"].dump(),
               s["reason"].is_null() ? "not over" : visible(s["reason"].get<std::string>(), 12),
               seconds_text(s["seconds"]), rounded(s["real_tokens"]), s["best"].is_null() ? "-" : fixed(s["best"], 4),
               s["best_step"].is_null() ? "-" : s["best_step"].dump()});
  return table.text();
}

}  // namespace tartan::cli
