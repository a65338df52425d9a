#include "stage_weighting.hpp"

#include <tartan/core/error.hpp>
#include <tartan/train/compat.hpp>

#include <algorithm>
#include <numeric>

namespace tartan::train {
namespace {

using Tasks = std::vector<Task const*>;

//! What is given, and `standard` elsewhere.
std::vector<double> start_weights(Tasks const& tasks, double standard) {
  std::vector<double> result;
  for (auto const* t : tasks) result.push_back(t->options.weight >= 0 ? t->options.weight : standard);
  return result;
}

double equal_share(Tasks const& tasks) { return 1 / static_cast<double>(tasks.size()); }

weighting::Weighting fixed(Tasks const& tasks) {
  if (tasks.size() == 1) return weighting::make_fixed({1});
  return weighting::make_fixed(start_weights(tasks, equal_share(tasks)));
}

//! In each kind of step weights sum to 1 (TLM, equation 2, as its code normalises it).
weighting::Weighting by_turns(StagePlan const& plan, Tasks const& tasks) {
  auto const external = [&](Task const* t) { return is_external(plan, t->options); };
  auto const externals = static_cast<double>(std::ranges::count_if(tasks, external));
  double const own = static_cast<double>(tasks.size()) - externals - 1;  // beside the end task
  double const mlm = own > 0 ? plan.options.mlm_weight : 0;
  std::vector<double> weights;
  for (auto const* t : tasks)
    weights.push_back(external(t)                    ? 1 / externals
                      : t->options.role == Role::end ? 1 / (mlm + 1)
                                                     : mlm / (mlm + 1) / own);
  return weighting::make_fixed(weights);
}

std::vector<double> shares(std::vector<double> weights) {
  double const sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

//! Equal before anything is learned, as in a dry run.
weighting::Weighting as_learned(Tasks const& tasks, std::map<std::string, double> const& learned) {
  if (learned.empty()) return fixed(tasks);
  std::vector<double> weights;
  for (auto const* t : tasks) weights.push_back(learned.at(t->name()));
  return weighting::make_fixed(shares(std::move(weights)));
}

weighting::MetaTartan meta_tartan(WeightingOptions const& o, Tasks const& tasks) {
  auto rule = weighting::make_meta_tartan(tasks.size(), o.rate, o.similarity);
  rule.bounds = o.bounds;
  weighting::check_bounds(o.bounds, tasks.size());
  if (std::ranges::any_of(tasks, [](Task const* t) { return t->options.weight >= 0; })) {
    auto const start = start_weights(tasks, equal_share(tasks));
    weighting::logits_of(start);  // refuses what cannot start
    rule.logits = weighting::logits_of(weighting::within(o.bounds, shares(start)));
  }
  return rule;
}

weighting::Weighting dga(WeightingOptions const& o, Tasks const& tasks) {
  auto rule = weighting::make_dga(start_weights(tasks, equal_share(tasks)), o.rate, o.similarity, o.ema);
  double const total = 1 - rule.end_weight;
  rule.bounds = o.bounds;
  weighting::check_bounds(o.bounds, rule.shares.size(), total);
  for (double& share : rule.shares) share *= total;
  rule.shares = shares(weighting::within(o.bounds, rule.shares));
  return rule;
}

weighting::Weighting tawt(WeightingOptions const& o, Tasks const& tasks) {
  auto rule = weighting::make_tawt(start_weights(tasks, equal_share(tasks)), o.rate, o.similarity);
  rule.bounds = o.bounds;
  auto const first = rule.shares.begin() + (rule.shares.front() == 0 ? 1 : 0);  // a judge has no weight to bound
  std::vector<double> const learned(first, rule.shares.end());
  weighting::check_bounds(o.bounds, learned.size());
  std::ranges::copy(weighting::within(o.bounds, learned), first);
  return rule;
}

//! Of the tasks after the end task. Where a direction comes with everything that lies between a weight and the dev
//! loss, or nothing lies there (two levels), a slope is minus the product with it: that of gamma = 1/2.
weighting::TapWeight tapweight(WeightingOptions const& o, Tasks const& tasks, LevelOptions const& levels) {
  bool const bare = levels.levels == Levels::two || levels.hypergradient.inverse != InverseHessian::identity;
  double const proximal = bare ? 0.5 : levels.proximal;
  auto const start = start_weights(tasks, 1);
  return weighting::make_tapweight({start.begin() + 1, start.end()}, o.rate, proximal, o.descent);
}

}  // namespace

weighting::Weighting make_weighting(StagePlan const& plan, Options const& options, Tasks const& tasks, Key stage,
                                    std::vector<std::string> const& groups,
                                    std::map<std::string, double> const& learned) {
  WeightingOptions const& o = options.weighting;
  switch (plan.weighting) {
    case WeightingKind::fixed:
      if (plan.turns) return by_turns(plan, tasks);
      return plan.as_learned ? as_learned(tasks, learned) : fixed(tasks);
    case WeightingKind::meta_tartan:
      if (o.per == weighting::Per::layer) return weighting::make_layered(meta_tartan(o, tasks), groups);
      return apply_compat(options.train.compat, meta_tartan(o, tasks));
    case WeightingKind::dga:
      return dga(o, tasks);
    case WeightingKind::tawt:
      return tawt(o, tasks);
    case WeightingKind::gcs:
      return weighting::make_gcs(start_weights(tasks, 1), o.gate);
    case WeightingKind::gradnorm:
      return weighting::make_gradnorm(start_weights(tasks, 1), o.rate, o.asymmetry);
    case WeightingKind::uncertainty:
      return weighting::make_uncertainty(start_weights(tasks, 1), o.rate);
    case WeightingKind::tapweight:
      return tapweight(o, tasks, plan.options.levels);
    case WeightingKind::random:
      return weighting::make_random(tasks.size(), stage);
  }
  fail_bug("a weighting without a rule");
}

}  // namespace tartan::train
