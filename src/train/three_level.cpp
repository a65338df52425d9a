#include "agree_on.hpp"
#include "level_paths.hpp"

#include <tartan/core/error.hpp>
#include <tartan/train/three_level.hpp>

#include <utility>

namespace tartan::train {
namespace {

StepOptions upper_options(StepOptions options, at::Tensor const& anchor, LevelOptions const& levels) {
  options.log_layers = false;
  options.proximal = {levels.proximal, anchor, levels.norm};
  return options;
}

StepOptions lower_options(StepOptions options, LevelOptions const& levels) {
  bool const above = levels.proximal_above && levels.hypergradient.inverse == InverseHessian::identity;
  if (above) options.proximal_above = levels.proximal;
  return options;
}

//! Without the end task's examples: theta does not learn from them. With or without what weights look at.
StepInputs lower_inputs(StepInputs const& all, bool looks) {
  StepInputs result{{std::vector<data::PackedBatch>(all.batches.front().size())}, std::nullopt, all.weights, false};
  if (looks) result.probe = all.probe, result.aligned = all.aligned;
  result.batches.insert(result.batches.end(), all.batches.begin() + 1, all.batches.end());
  return result;
}

StepInputs upper_inputs(StepInputs const& all) { return {{all.batches.front()}, std::nullopt, {}, false}; }

}  // namespace

ThreeLevel::ThreeLevel(model::Model& theta, std::vector<StepTask> tasks, comm::Communicator& comm,
                       StepOptions const& options, optim::AdamW& optimizer, LevelOptions const& levels)
    : theta_(theta),
      phi_{theta.encoder, model::ParameterSet(theta.parameters.layout(), theta.parameters.values().options()),
           theta.loaded},
      phi_optimizer_(phi_.parameters, optimizer.options()),
      tasks_(tasks),
      comm_(comm),
      lower_(theta, tasks, &tasks.front(), comm, lower_options(options, levels), optimizer, &phi_),
      upper_(phi_, {tasks.front()}, nullptr, comm, upper_options(options, theta.parameters.values(), levels),
             phi_optimizer_) {
  expects(options.probe.head == task::ProbeHead::training, "level III looks through phi's own head");
  if (levels.hypergradient.inverse == InverseHessian::identity) return;
  paths_ = std::make_unique<LevelPaths>(theta, phi_, tasks, comm,
                                        upper_options(options, theta.parameters.values(), levels), levels);
}

ThreeLevel::~ThreeLevel() = default;

void ThreeLevel::begin() { phi_.parameters.values().copy_(theta_.parameters.values()); }

StepReport ThreeLevel::run(StepInputs const& inputs, std::vector<double> const& counts, StepRates const& rates,
                           weighting::Weighting& weighting, task::Probe::HeadStart const& head_start,
                           Extra const& extra) {
  std::vector<double> lower_counts = counts;
  lower_counts.front() = 0;
  std::optional<LevelPaths::Found> found;
  if (paths_ && inputs.aligned) found = paths_->run(inputs, counts, weighting::weights(weighting));
  StepReport report = lower_.run(lower_inputs(inputs, !paths_), lower_counts, rates, weighting, head_start);
  if (found) {
    learn(found->slopes, counts, weighting);
    report.slopes = std::move(found->slopes);
    report.probe = std::move(found->probe);
    report.probed = comm_.rank() == 0;
  }
  StepRates upper_rates = rates;
  upper_rates.body_lr = rates.upper_body_lr;
  upper_rates.head_lr = rates.upper_head_lr;
  weighting::Weighting alone = weighting::make_fixed({1});
  StepReport upper = upper_.run(upper_inputs(inputs), {counts.front()}, upper_rates, alone, head_start, extra);
  report.losses.front() = upper.losses.front();
  report.counts = counts;
  report.head_norm = upper.head_norm;
  report.tokens += upper.tokens;
  report.extra = std::move(upper.extra);
  std::int64_t const body = theta_.parameters.layout().body_size();
  report.distance = (phi_.parameters.values().narrow(0, 0, body) - theta_.parameters.values().narrow(0, 0, body))
                        .norm()
                        .item<double>();
  return report;
}

// A slope is minus the product with a direction that inverse Hessians have been applied to (stage_weighting.cpp)
void ThreeLevel::learn(Slopes const& slopes, std::vector<double> const& counts, weighting::Weighting& weighting) {
  std::vector<double> const none(tasks_.size());
  weighting::Alignments seen{.dot = none, .norm = none, .present = {}};
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    seen.dot[i] = -slopes.by_weight[i];
    seen.present.push_back(counts[i] > 0);
  }
  weighting::update(weighting, {seen}, none);
  agree_on(weighting, tasks_, comm_);
}

}  // namespace tartan::train
