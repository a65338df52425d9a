#include <tartan/core/error.hpp>
#include <tartan/train/three_level.hpp>

#include <utility>

namespace tartan::train {
namespace {

StepOptions upper_options(StepOptions options, at::Tensor const& anchor, double proximal) {
  options.log_layers = false;
  options.proximal = {proximal, anchor};
  return options;
}

//! Without the end task's examples: theta does not learn from them.
StepInputs lower_inputs(StepInputs const& all) {
  StepInputs result{{std::vector<data::PackedBatch>(all.batches.front().size())}, all.probe, all.weights, all.aligned};
  result.batches.insert(result.batches.end(), all.batches.begin() + 1, all.batches.end());
  return result;
}

StepInputs upper_inputs(StepInputs const& all) { return {{all.batches.front()}, std::nullopt, {}, false}; }

}  // namespace

ThreeLevel::ThreeLevel(model::Model& theta, std::vector<StepTask> tasks, comm::Communicator& comm,
                       StepOptions const& options, optim::AdamW& optimizer, double proximal)
    : theta_(theta),
      phi_{theta.encoder, model::ParameterSet(theta.parameters.layout(), theta.parameters.values().options()),
           theta.loaded},
      phi_optimizer_(phi_.parameters, optimizer.options()),
      lower_(theta, tasks, &tasks.front(), comm, options, optimizer, &phi_),
      upper_(phi_, {tasks.front()}, nullptr, comm, upper_options(options, theta.parameters.values(), proximal),
             phi_optimizer_) {
  expects(options.probe.head == task::ProbeHead::training, "level III looks through phi's own head");
}

void ThreeLevel::begin() { phi_.parameters.values().copy_(theta_.parameters.values()); }

StepReport ThreeLevel::run(StepInputs const& inputs, std::vector<double> const& counts, StepRates const& rates,
                           weighting::Weighting& weighting, task::Probe::HeadStart const& head_start,
                           Extra const& extra) {
  std::vector<double> lower_counts = counts;
  lower_counts.front() = 0;
  StepReport report = lower_.run(lower_inputs(inputs), lower_counts, rates, weighting, head_start);
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

}  // namespace tartan::train
