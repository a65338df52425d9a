#include "commands.hpp"

#include <tartan/core/log.hpp>
#include <tartan/train/rank.hpp>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace tartan::cli {
namespace {

using train::Estimate;
using train::RankedTask;
using train::Ranking;
using train::Verdict;
using Json = nlohmann::ordered_json;

char const* text_of(Verdict verdict) {
  return verdict == Verdict::helps ? "helps" : verdict == Verdict::hurts ? "hurts" : "no effect seen";
}

Json interval(Estimate const& e) { return Json::array({e.low, e.high}); }

Json to_json(RankedTask const& t) {
  train::Comparison const& c = t.comparison;
  Json json = {{"task", t.name},
               {"objective", task::objective_name(t.objective)},
               {"batch", t.batch},
               {"examples", t.examples},
               {"cosine", c.cosine.mean},
               {"interval", interval(c.cosine)},
               {"p", c.cosine.p},
               {"detectable", c.cosine.detectable},
               {"reliability", c.reliability},
               {"denoised_cosine", nullptr},
               {"denoised_interval", nullptr},
               {"cosines", c.cosines}};
  if (!c.denoised_cosine) return json;
  json["denoised_cosine"] = c.denoised_cosine->mean;
  json["denoised_interval"] = interval(*c.denoised_cosine);
  return json;
}

//! `arguments`: those that it came of, so that whoever reads it knows.
Json to_json(Ranking const& r, Arguments const& arguments) {
  Json candidates = Json::array();
  for (auto const& t : r.candidates) {
    candidates.push_back(to_json(t));
    candidates.back()["judged"] = {{"difference", t.judged.mean}, {"interval", interval(t.judged)}, {"p", t.judged.p}};
    candidates.back()["p_holm"] = t.p_holm;
    candidates.back()["verdict"] = text_of(t.verdict);
  }
  return {
      {"arguments", arguments},
      {"end_task", r.end_task},
      {"batches", r.repetitions},
      {"candidates", candidates},
      {"references", {{"end_task", to_json(r.own)}, {"shuffled_labels", to_json(r.shuffled)}}},
      {"probe", {{"reliability", r.probe_reliability}, {"is_noise", r.probe_is_noise}, {"dev_passes", r.dev_passes}}}};
}

int width_of(Ranking const& r) {
  std::size_t width = std::max(r.own.name.size(), r.shuffled.name.size());
  for (auto const& t : r.candidates) width = std::max(width, t.name.size());
  return static_cast<int>(width);
}

void print(RankedTask const& t, int width, char const* verdict) {
  train::Comparison const& c = t.comparison;
  char denoised[16] = "-";
  if (c.denoised_cosine) std::snprintf(denoised, sizeof denoised, "%+.3f", c.denoised_cosine->mean);
  std::printf("%-*s  %+.4f  %+.4f to %+.4f  %10s  %s\n", width, t.name.c_str(), c.cosine.mean, c.cosine.low,
              c.cosine.high, denoised, verdict);
}

void print(Ranking const& r) {
  int const width = width_of(r);
  std::printf("%-*s  cosine   95 %% interval       without noise  verdict\n", width, "candidate");
  for (auto const& t : r.candidates) print(t, width, text_of(t.verdict));
  std::printf("for comparison\n");
  print(r.own, width, "the end task's own training gradient");
  print(r.shuffled, width, "its examples with labels of others");
  std::printf(
      "cosines with the dev gradient of %s over %lld batches each; verdicts at 5 %% over %zu candidate%s (Holm), of "
      "labelled candidates against shuffled labels, of texts against 0\n",
      r.end_task.c_str(), static_cast<long long>(r.repetitions), r.candidates.size(),
      r.candidates.size() == 1 ? "" : "s");
}

//! What the intervals do not know.
void caution(Ranking const& r) {
  if (r.probe_is_noise)
    warn(
        "dev directions of two draws have no cosine with each other that is told from 0, so little can be seen; raise "
        "--batches, probe.gradient_examples or probe.iterations");
  if (r.dev_passes <= 1) return;
  char text[200];
  std::snprintf(text, sizeof text,
                "the probe used each dev example %.1f times: intervals speak of this dev split, not of others like it; "
                "more dev examples or fewer --batches would",
                r.dev_passes);
  warn(text);
}

}  // namespace

ExitStatus rank(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {"batches"}, {"json"});
  if (flags.positional.size() != 1)
    fail_usage("tartan rank takes one configuration file; write for example tartan rank run.ini --batches 10");
  std::int64_t const batches = whole_number("batches", flags.get("batches", "10"), 3);
  auto settings = config::Settings::read(flags.positional[0], flags.rest);
  recipe::Plan const plan = recipe::make_plan(settings);
  auto const comm = comm::make_local();
  Ranking const ranking = train::rank_candidates(plan.options, plan.stages, batches, *comm);
  if (flags.has("json"))
    std::printf("%s\n", to_json(ranking, arguments).dump().c_str());
  else
    print(ranking);
  caution(ranking);
  return ExitStatus::done;
}

}  // namespace tartan::cli
