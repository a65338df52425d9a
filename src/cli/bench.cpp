#include "commands.hpp"

#include <tartan/core/process.hpp>
#include <tartan/recipe/recipe.hpp>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace tartan::cli {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t const n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

//! The warm-up of an MLM head is timed where the recipe has nothing else.
train::StagePlan first_training_stage(recipe::Plan const& plan) {
  for (auto const& stage : plan.stages)
    if (!stage.body_frozen) return stage;
  return plan.stages.front();
}

}  // namespace

ExitStatus bench(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {"steps", "warmup"}, {"json"});
  if (flags.positional.size() != 1)
    fail_usage("tartan bench takes one configuration file, for example tartan bench run.ini --steps 20");
  std::int64_t const steps = whole_number("steps", flags.get("steps", "20"), 1),
                     warmup = whole_number("warmup", flags.get("warmup", "3"), 0);
  auto settings = config::Settings::read(flags.positional[0], flags.rest);
  recipe::Plan const plan = recipe::make_plan(settings);
  auto const comm = comm::make_local();
  train::BenchResult const r = train::bench_stage(plan.options, first_training_stage(plan), warmup, steps, *comm);
  double seconds = 0;
  for (double const s : r.step_seconds) seconds += s;
  // 2 operations a parameter and token forward, 4 backward; embeddings do no arithmetic to speak of
  double const flops = 6 * r.matrix_parameters * r.tokens;
  nlohmann::ordered_json const json = {{"step_seconds_median", median(r.step_seconds)},
                                       {"real_tokens_per_second", r.tokens / seconds},
                                       {"model_tflops_per_second", flops / seconds / 1e12},
                                       {"peak_memory_mb", peak_memory_mb()},
                                       {"steps", steps},
                                       {"step_seconds", r.step_seconds},
                                       {"real_tokens_per_step", r.tokens / static_cast<double>(steps)},
                                       {"probe_tokens_per_step", r.probe_tokens / static_cast<double>(steps)},
                                       {"threads", r.threads}};
  if (flags.has("json")) {
    std::printf("%s\n", json.dump().c_str());
    return ExitStatus::done;
  }
  std::printf(
      "step %.4f s (median of %lld), %.0f real tokens/s, %.3f model TFLOP/s, peak memory %.0f MB, %d thread(s)\n",
      median(r.step_seconds), static_cast<long long>(steps), r.tokens / seconds, flops / seconds / 1e12,
      peak_memory_mb(), r.threads);
  return ExitStatus::done;
}

}  // namespace tartan::cli
