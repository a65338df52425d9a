#include "agree_on.hpp"
#include "step_sums.hpp"
#include "tensor_comm.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/absorb.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace tartan::train {

std::vector<double> local_counts(StepInputs const& inputs) {
  std::vector<double> counts;
  for (auto const& batches : inputs.batches) {
    std::int64_t count = 0;
    for (auto const& batch : batches) count += batch.num_targets();
    counts.push_back(static_cast<double>(count));
  }
  return counts;
}

std::int64_t body_size(model::Layout const& layout, Body body) {
  return body == Body::encoder ? layout.body_size() : layout.size_with_mlm_head();
}

SingleLevel::SingleLevel(model::Model& model, std::vector<StepTask> tasks, StepTask const* end,
                         comm::Communicator& comm, StepOptions options, optim::AdamW& optimizer, model::Model* judge)
    : model_(model),
      tasks_(std::move(tasks)),
      comm_(comm),
      options_(options),
      optimizer_(optimizer),
      judge_(judge),
      body_size_(body_size(model.parameters.layout(), options.body)),
      groups_(model::layer_groups(model.parameters.layout())) {
  at::Tensor const& values = model.parameters.values();
  combined_ = at::zeros_like(values);
  auto const size = static_cast<std::size_t>(values.numel()), body = static_cast<std::size_t>(body_size_);
  shard_counts_ = comm::even_counts(size, comm.size());
  std::size_t begin = 0;
  for (std::size_t r = 0; r < shard_counts_.size(); begin += shard_counts_[r++]) {
    probe_counts_.push_back(std::min(begin + shard_counts_[r], std::max(begin, body)) - begin);
    if (static_cast<int>(r) == comm.rank()) shard_begin_ = static_cast<std::int64_t>(begin);
  }
  if (end != nullptr)
    probe_ = std::make_unique<task::Probe>(judge ? *judge : model, *end->objective, options.probe, end->head);
  expects(judge != nullptr || !options.proximal_above, "a proximal term ties two sets of parameters");
}

//! What the step looks at, and by what its losses are divided.
void SingleLevel::prepare(StepInputs const& inputs, std::vector<double> const& counts,
                          weighting::Weighting const& weighting, bool aligned, StepReport& report) {
  report.counts = counts;
  report.weights = inputs.weights.empty() ? weighting::weights(weighting) : inputs.weights;
  weighting::Needs const needs = weighting::needs(weighting);
  aligned_ = report.aligned = needs.looks() && aligned;
  end_judges_ = aligned_ && !needs.alignments;
  report.aligned_counts = aligned_ && options_.placement == Placement::rank0 ? local_counts(inputs) : counts;
  gates_ = needs.gates ? &weighting : nullptr;
  present_.clear();
  for (double const count : report.aligned_counts) present_.push_back(count > 0);
  sharded_ = aligned_ && comm_.size() > 1 && options_.placement == Placement::exact;
  averaged_ = aligned_ && comm_.size() > 1 && options_.placement == Placement::mean;
  expects(!(averaged_ && (end_judges_ || by_micro_batch())), "placement mean needs one direction that all ranks share");
  group_weights_ = report.group_weights = weighting::group_weights(weighting);
  grouped_ = aligned_ && (needs.groups || options_.log_layers);
  expects(!(grouped_ && by_micro_batch()), "alignments of layers are those of the whole step");
  count(inputs, counts);
  report.metric = take_metric(aligned_ && needs.metric);
  if (end_judges_) make_room_for_direction();
}

StepReport SingleLevel::look(StepInputs const& inputs, std::vector<double> const& counts,
                             weighting::Weighting& weighting) {
  StepReport report;
  prepare(inputs, counts, weighting, true, report);
  expects(end_judges_, "only what the end task's gradient judges can be looked at apart");
  std::vector<Sums> sums(1, Sums(tasks_.size()));
  if (grouped_) begin_groups(sums.front());
  combined_.zero_();
  only_looks_ = true;
  task_gradients(inputs, looks(inputs).front(), sums.front(), report, [] {});
  only_looks_ = false;
  reduce(sums, report, {});
  decide(weighting, report);
  return report;
}

StepReport SingleLevel::run(StepInputs const& inputs, std::vector<double> const& counts, StepRates const& rates,
                            weighting::Weighting& weighting, task::Probe::HeadStart const& head_start,
                            Extra const& extra) {
  StepReport report;
  weighting::Needs const needs = weighting::needs(weighting);
  prepare(inputs, counts, weighting, !options_.looks_apart && (inputs.aligned || !needs.alignments), report);
  auto const looks = this->looks(inputs);
  std::vector<Sums> sums(looks.size(), Sums(tasks_.size()));
  if (grouped_) begin_groups(sums.front());
  combined_.zero_();
  bool const now = inputs.probe && !options_.probe.stale, later = inputs.probe && options_.probe.stale;
  Ahead const ahead = [&] {
    if (later) await_direction(probe(inputs, 0, head_start, awaited_direction_, report));
  };
  for (std::size_t look = 0; look < looks.size(); ++look) {
    if (now) probe(inputs, look, head_start, direction_, report);
    if (now) preconditioned_ = false;
    if (aligned_ && !end_judges_) hand_out_direction(sums[look]);
    if (options_.fuse && !aligned_ && group_weights_.empty()) {
      ahead();
      fused_gradient(inputs, sums[look], report);
    } else {
      task_gradients(inputs, looks[look], sums[look], report, ahead);
    }
  }
  gather_and_look(sums.front());
  if (averaged_) look_locally(local_counts(inputs), counts, sums.front());
  reduce(sums, report, extra);
  if (aligned_ || needs.losses) decide(weighting, report);
  if (needs.gates) report.weights = weighting::weights(weighting);
  update(counts, rates, report);
  return report;
}

// 1. rank 0 looks where the dev loss falls
at::Tensor SingleLevel::probe(StepInputs const& inputs, std::size_t look, task::Probe::HeadStart const& start,
                              at::Tensor& direction, StepReport& report) {
  expects(probe_ != nullptr, "alignments need an end task");
  if (!direction.defined()) direction = at::zeros({body_size_}, combined_.options());
  report.probed = true;
  if (look == 0)
    report.probe = probe_->compute(inputs.probe->head, inputs.probe->gradient, start, options_.dropout, direction);
  else
    probe_->compute_again(inputs.probe->further.at(look - 1), options_.dropout, direction, report.probe);
  if (options_.proximal_above) add_term_above(direction);
  return direction;
}

void SingleLevel::add_term_above(at::Tensor const& direction) const {
  auto const body = [&](at::Tensor const& flat) { return flat.narrow(0, 0, model_.parameters.layout().body_size()); };
  double const factor = 1 - 2 * *options_.proximal_above;
  body(direction).sub_(body(judge_->parameters.values()), factor).add_(body(model_.parameters.values()), factor);
}

void SingleLevel::await_direction(at::Tensor const& direction) {
  awaited_direction_ = direction;
  awaiting_ = true;
}

// with `exact` every rank gets its shard of that direction
void SingleLevel::hand_out_direction(Sums& sums) {
  at::Tensor direction;
  if (std::exchange(awaiting_, false)) {
    std::swap(direction_, awaited_direction_);
    preconditioned_ = false;
  }
  if (comm_.rank() == 0) {
    expects(direction_.defined(), "alignments need a probe");
    if (grouped_) look_at_direction(sums);
    sums.probe_square = metric_.defined() ? precondition_direction() : model::square_sum(direction_);
    direction = direction_;
  }
  if (averaged_) return spread_direction();
  if (!sharded_) return;
  auto const mine = static_cast<std::int64_t>(probe_counts_[static_cast<std::size_t>(comm_.rank())]);
  if (!shard_direction_.defined()) shard_direction_ = at::empty({mine}, combined_.options());
  scattering_ =
      scatter(comm_, direction, shard_direction_, probe_counts_, 0, route());  // waited for where it is first needed
}

// 4. one small reduction: losses, alignments, and what the caller sends along
void SingleLevel::reduce(std::vector<Sums> const& sums, StepReport& report, Extra const& extra) {
  std::vector<double> scalars;
  for (auto const& one : sums) {
    for (auto const* part : {&one.losses, &one.dots, &one.squares})
      scalars.insert(scalars.end(), part->begin(), part->end());
    scalars.insert(scalars.end(), {one.probe_square, one.tokens});
  }
  std::vector<double> const local = local_sums(sums.front()), groups = group_sums(sums.front());
  scalars.insert(scalars.end(), local.begin(), local.end());
  scalars.insert(scalars.end(), groups.begin(), groups.end());
  if (extra) {
    std::vector<double> const sent = extra();
    scalars.insert(scalars.end(), sent.begin(), sent.end());
  }
  comm_.all_reduce(scalars.data(), scalars.size(), comm::Type::float64).wait();
  auto const n = static_cast<std::ptrdiff_t>(tasks_.size());
  auto const share = static_cast<double>(sums.size());  // a micro-batch adds but a part of its own mean
  auto at = scalars.begin();
  report.losses.assign(tasks_.size(), 0);
  for (std::size_t look = 0; look < sums.size(); ++look, at += 3 * n + 2) {
    auto& alignments = report.looks.emplace_back();
    auto& losses = report.look_losses.emplace_back();
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      report.losses[static_cast<std::size_t>(i)] += at[i];
      losses.push_back(share * at[i]);
      alignments.dot.push_back(share * at[n + i]);
      alignments.norm.push_back(share * std::sqrt(at[2 * n + i]));
    }
    for (double const targets : look_counts_[look]) alignments.present.push_back(targets > 0);
    alignments.probe_norm = std::sqrt(at[3 * n]);
    alignments.least_norm_product = options_.least_norm_product;
    report.tokens += at[3 * n + 1];
  }
  auto const end = at + static_cast<std::ptrdiff_t>(local.size()),
             sent = end + static_cast<std::ptrdiff_t>(groups.size());
  take_local_sums({at, end}, report.looks.front(), report);
  take_group_sums({end, sent}, {at, end}, report.looks.front());
  report.extra.assign(sent, scalars.end());
  check_finite(report);
  report.alignments = weighting::mean(report.looks);
}

void SingleLevel::check_finite(StepReport const& report) const {
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (!std::isfinite(report.losses[i]))
      fail_diverged("the loss of task " + tasks_[i].name + " is no longer finite; lower the learning rate");
    for (auto const& look : report.looks)
      if (aligned_ && !std::isfinite(look.dot[i] + look.norm[i] + look.probe_norm))
        fail_diverged("the gradient of task " + tasks_[i].name + (end_judges_ ? "" : " or of the dev loss") +
                      " is no longer finite; lower the learning rate");
  }
}

// 5. rank 0 decides the new task weights and hands them out
void SingleLevel::decide(weighting::Weighting& weighting, StepReport const& report) {
  weighting::update(weighting, report.looks, report.losses);
  agree_on(weighting, tasks_, comm_);
}

// Every rank alike, since parameters are
void SingleLevel::pull_to_anchor() {
  if (options_.proximal.anchor.defined()) add_proximal_gradient(options_.proximal, model_.parameters, combined_);
}

// 6. clip body and heads apart, then one AdamW call per segment; a head that no task used stays as it is
void SingleLevel::update(std::vector<double> const& counts, StepRates const& rates, StepReport& report) {
  auto const& segments = model_.parameters.layout().segments();
  auto const used = [&](model::Segment const& s) {
    if (s.owner == model::Owner::encoder) return !options_.freeze_body;
    for (std::size_t i = 0; i < tasks_.size(); ++i)
      if (counts[i] > 0 &&
          (s.owner == model::Owner::mlm_head ? tasks_[i].head.empty() : s.name == "head." + tasks_[i].head))
        return true;
    return false;
  };
  optim::Ranges body, heads;
  for (auto const& s : segments)
    if (used(s)) (s.owner == model::Owner::task_head ? heads : body).emplace_back(s.begin, s.end);
  pull_to_anchor();
  report.body_norm = optim::clip(combined_, body, rates.clip);
  report.head_norm = optim::clip(combined_, heads, rates.clip);
  if (!std::isfinite(report.body_norm) || !std::isfinite(report.head_norm))
    fail_diverged("the gradient is no longer finite; lower the learning rate");
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!used(segments[i])) continue;
    bool const head = segments[i].owner == model::Owner::task_head;
    double const decay = !segments[i].decayed ? 0 : head ? rates.head_decay : rates.body_decay;
    optimizer_.step(i, combined_, head ? rates.head_lr : rates.body_lr, decay);
  }
}

}  // namespace tartan::train
