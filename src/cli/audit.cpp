#include "commands.hpp"

#include <tartan/train/audit.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

using train::Audit;
using train::AuditedTask;
using train::Foretold;
using Json = nlohmann::ordered_json;

constexpr double trusted_r_squared = 0.95, rough_r_squared = 0.5;

double rate(std::string const& text) {
  double value = 0;
  auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !(value > 0) || !std::isfinite(value))
    fail_usage("--lr " + text + " is not a number above 0; write for example --lr 1e-4, or leave it out");
  return value;
}

double mean_of(std::vector<train::LookedAhead> const& steps, double train::LookedAhead::*what) {
  double sum = 0;
  for (auto const& step : steps) sum += step.*what;
  return sum / static_cast<double>(steps.size());
}

double mean_length(Audit const& a) {
  double sum = 0;
  for (auto const& task : a.tasks) sum += mean_of(task.steps, &train::LookedAhead::length);
  return sum / static_cast<double>(a.tasks.size());
}

//! What it comes to, in one sentence.
std::string meaning(Audit const& a) {
  double const r = r_squared(changes(a, Foretold::plain));
  char text[200];
  char const* const pattern =
      r >= trusted_r_squared
          ? "cosines can be trusted here (R2 %.3f): the dev loss moves as the products of gradients say"
      : r >= rough_r_squared
          ? "cosines say roughly how the dev loss moves here (R2 %.3f): over such moves it is not straight"
          : "cosines cannot be trusted here (R2 %.3f): over such moves the dev loss does not follow "
            "its gradient; try a smaller --lr, or --model.precision fp64";
  std::snprintf(text, sizeof text, pattern, r);
  return text;
}

Json to_json(std::vector<train::Change> const& changes) {
  Json predicted = Json::array(), measured = Json::array();
  for (auto const& c : changes) {
    predicted.push_back(c.predicted);
    measured.push_back(c.measured);
  }
  return {{"predicted", predicted}, {"measured", measured}};
}

//! On dev examples that gave neither head nor gradient; null where there were none in some step.
template <class Of>
Json on_others(Of const& of, bool there, Foretold what) {
  if (!there) return nullptr;
  return {{"r_squared", r_squared(changes(of, what))}, {"sign_errors", sign_errors(changes(of, what))}};
}

//! For one task or for all.
template <class Of>
Json summary(Of const& of, bool others) {
  return {{"r_squared", r_squared(changes(of, Foretold::plain))},
          {"sign_errors", sign_errors(changes(of, Foretold::plain))},
          {"other_examples", on_others(of, others, Foretold::plain_on_others)},
          {"adamw",
           {{"r_squared", r_squared(changes(of, Foretold::adam))},
            {"sign_errors", sign_errors(changes(of, Foretold::adam))},
            {"other_examples", on_others(of, others, Foretold::adam_on_others)},
            {"sign_errors_of_plain_product", sign_errors(changes(of, Foretold::plain_for_adam))}}}};
}

Json to_json(AuditedTask const& t, bool others) {
  Json json = summary(t, others);
  json["lr"] = mean_of(t.steps, &train::LookedAhead::lr);
  json["length"] = mean_of(t.steps, &train::LookedAhead::length);
  json["changes"] = to_json(changes(t, Foretold::plain));
  json["adamw"]["changes"] = to_json(changes(t, Foretold::adam));
  return json;
}

bool has_others(Audit const& a) { return a.least_others > 0; }

Json to_json(Audit const& a) {
  Json json = {{"from", a.begin},
               {"moments", a.trained_moments ? "checkpoint" : "warm steps"},
               {"precision", a.precision},
               {"steps", a.dev_losses.size()},
               {"other_examples_a_step", a.least_others},
               {"dev_losses", a.dev_losses},
               {"mean_length", mean_length(a)},
               {"body_norm", a.body_norm}};
  json.update(summary(a, has_others(a)));
  json["trusted"] = r_squared(changes(a, Foretold::plain)) >= trusted_r_squared;
  json["meaning"] = meaning(a);
  for (auto const& t : a.tasks) json["tasks"][t.name] = to_json(t, has_others(a));
  return json;
}

template <class Of>
void print(Of const& of, std::string const& name, int width) {
  std::printf("%-*s  %7.3f  %5.1f %%     %7.3f  %5.1f %%          %5.1f %%\n", width, name.c_str(),
              r_squared(changes(of, Foretold::plain)), 100 * sign_errors(changes(of, Foretold::plain)),
              r_squared(changes(of, Foretold::adam)), 100 * sign_errors(changes(of, Foretold::adam)),
              100 * sign_errors(changes(of, Foretold::plain_for_adam)));
}

//! What the products say of dev examples that they have not seen.
void print_others(Audit const& a) {
  if (!has_others(a))
    std::printf("no dev examples beside the probe's, so nothing is said of others; lower probe.gradient_examples\n");
  else
    std::printf("on %lld other dev examples a step: R2 %.3f, wrong sign %.1f %%; AdamW's move R2 %.3f, %.1f %%\n",
                static_cast<long long>(a.least_others), r_squared(changes(a, Foretold::plain_on_others)),
                100 * sign_errors(changes(a, Foretold::plain_on_others)),
                r_squared(changes(a, Foretold::adam_on_others)),
                100 * sign_errors(changes(a, Foretold::adam_on_others)));
}

void print(Audit const& a) {
  std::size_t width = 10;
  for (auto const& t : a.tasks) width = std::max(width, t.name.size());
  int const w = static_cast<int>(width);
  std::printf("%zu steps from %s; moves of length %.3g (the body's is %.3g), dev loss %.4g\n", a.dev_losses.size(),
              a.begin.c_str(), mean_length(a), a.body_norm, a.dev_losses.front());
  std::printf(
      "%-*s  plain move          AdamW's move\n%-*s       R2  wrong sign       R2  wrong sign  of plain product\n", w,
      "", w, "task");
  for (auto const& t : a.tasks) print(t, t.name, w);
  print(a, "all", w);
  print_others(a);
  std::printf("%s\nreckoned in %s; AdamW's moments: %s\n", meaning(a).c_str(), a.precision.c_str(),
              a.trained_moments ? "those of the checkpoint" : "from steps at these weights");
}

//! The file to read, and the run it lies in where one was named.
std::pair<fs::path, std::optional<fs::path>> place(Flags const& flags) {
  if (flags.positional.size() != 1)
    fail_usage("tartan audit takes one configuration file or one run; write for example tartan audit runs/first");
  fs::path const path = flags.positional[0];
  if (!fs::is_directory(path)) return {path, std::nullopt};
  train::RunDirectory const run(path);
  if (!fs::exists(run.config()))
    fail_usage(path.string() + " holds no config.ini, so it is no run; name a run's directory or a configuration file");
  return {run.config(), path};
}

}  // namespace

ExitStatus audit(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {"steps", "lr"}, {"json"});
  std::int64_t const steps = whole_number("steps", flags.get("steps", "50"), 2);
  double const lr = flags.has("lr") ? rate(flags.get("lr", "")) : 0;
  auto const [file, run] = place(flags);
  auto settings = config::Settings::read(file, flags.rest);
  recipe::Plan plan = recipe::make_plan(settings);
  auto& precision = plan.options.model.precision;
  if (precision == model::Precision::bf16) precision = model::Precision::fp32;  // changes are as small as its rounding
  auto const comm = comm::make_local();
  Audit const found = train::audit(plan.options, plan.stages, run, steps, lr, *comm);
  if (flags.has("json"))
    std::printf("%s\n", to_json(found).dump().c_str());
  else
    print(found);
  return ExitStatus::done;
}

}  // namespace tartan::cli
