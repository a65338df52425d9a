#pragma once

#include <tartan/core/random.hpp>
#include <tartan/data/sampler.hpp>
#include <tartan/task/probe.hpp>
#include <tartan/train/mixture.hpp>
#include <tartan/train/step.hpp>
#include <tartan/train/tasks.hpp>
#include <tartan/train/turns.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace tartan::train {

//! Which examples a stage's steps see, as a pure function of (seed, stage, task name, step) (DESIGN 4.1-4.2). Every
//! rank makes its own share without asking the others.
class Draws {
 public:
  //! `probed`: where a probe is due, rank 0 also draws its examples of `end`, and its share of the rest shrinks by
  //! their cost. Training draws from each task's part alone, a hold-out of `end` goes to the probe alone. `mixture` (of
  //! the same tasks) says which sub-batches a step has, and tasks weigh by their examples; none: each has its
  //! batch, or with `turns` those whose turn it is.
  Draws(std::vector<Task const*> tasks, Task const* end, bool probed, task::ProbeOptions const& probe,
        std::int64_t micro_batches, Key stage, int rank, int ranks, std::optional<Mixture> mixture = {},
        std::optional<Turns> turns = {});

  //! `sizes`: how many examples of each task, the first ones of a slot of `budget()` that is the step's own whatever
  //! the sizes are; empty: each task's batch, or as mixed.
  StepInputs at(std::int64_t step, std::vector<std::int64_t> const& sizes = {}) const;
  //! This rank's part of so many examples of each task, which step `step` looks at before it.
  StepInputs look(std::int64_t step, std::int64_t examples) const;
  //! Examples of a step, all tasks together, where each has its batch.
  std::int64_t budget() const;
  //! Whether this step forms alignments, if its weighting needs any (probe.every, probe.stale).
  bool aligned(std::int64_t step) const;
  //! Others of the examples that `probe` was drawn from, as many as give its gradient where there are so many.
  data::PackedBatch unprobed(ProbeInputs const& probe, std::int64_t step) const;
  //! Start values of the step's dev head.
  task::Probe::HeadStart head_start(std::int64_t step) const;

 private:
  struct Drawn {
    std::vector<std::uint64_t> examples, keys;
    Drawn of(std::vector<std::size_t> const& indices) const;  //!< these of them
  };
  using Met = std::map<std::uint64_t, std::uint64_t>;  // example -> how often it was drawn in this step
  //! The rows of a data set that are drawn from; none: all.
  using Rows = std::vector<std::uint64_t> const*;
  using SubBatches = std::vector<SubBatch>;
  static Drawn draw(data::Sampler const& sampler, Rows rows, SubBatches const& sub_batches, Key step, Met& met);
  struct Source {
    data::Dataset const& dataset;
    Rows rows;
    std::uint64_t size() const { return rows == nullptr ? dataset.size() : rows->size(); }
  };
  Source training() const;  // of the end task
  Source probed_examples() const;
  bool probe_due(std::int64_t step) const;
  bool has_turn(std::size_t task, std::int64_t step) const { return !turns_ || turns_->has(task, step); }
  ProbeInputs probe_inputs(std::int64_t step) const;
  data::PackedBatch pack(Task const& task, data::Dataset const& dataset, Drawn const& drawn) const;
  //! What a step sees of each task: [task][micro-batch].
  std::vector<std::vector<SubBatches>> slots(std::int64_t step, std::vector<std::int64_t> const& sizes) const;
  std::vector<std::vector<SubBatches>> mixed(std::vector<SubBatch> const& sub_batches) const;
  //! This rank's part of each micro-batch.
  std::vector<data::PackedBatch> shares(std::size_t task, std::int64_t step, std::vector<std::int64_t>& loads,
                                        std::vector<SubBatches> const& micro_batches) const;
  data::PackedBatch own_part(Task const& task, Drawn const& drawn, std::vector<std::int64_t>& loads,
                             std::size_t least) const;
  std::int64_t dev_gradients() const;  // of a step with a probe
  //! `parts` batches of `examples`.
  std::vector<data::PackedBatch> probe_batches(char const* purpose, char const* order, Source const& source,
                                               std::int64_t examples, std::int64_t parts, std::int64_t step) const;
  std::int64_t probe_cost_tokens() const;

  std::vector<Task const*> tasks_;
  Task const* end_;
  bool probed_;
  task::ProbeOptions probe_;
  std::int64_t micro_batches_;
  Key stage_;
  int rank_, ranks_;
  std::vector<data::Sampler> samplers_;
  std::optional<Mixture> mixture_;
  std::optional<Turns> turns_;
};

}  // namespace tartan::train
