#include <tartan/train/draws.hpp>

#include <algorithm>

namespace tartan::train {
namespace {

std::uint64_t number(std::int64_t n) { return static_cast<std::uint64_t>(n); }

}  // namespace

Draws::Draws(std::vector<Task const*> tasks, Task const* end, bool probed, task::ProbeOptions const& probe,
             std::int64_t micro_batches, Key stage, int rank, int ranks)
    : tasks_(std::move(tasks)),
      end_(end),
      probed_(probed),
      probe_(probe),
      micro_batches_(micro_batches),
      stage_(stage),
      rank_(rank),
      ranks_(ranks) {
  for (auto const* t : tasks_)
    samplers_.emplace_back(stage_.with(t->name()).with("order"), t->train.size(), t->options.shuffle);
}

StepInputs Draws::at(std::int64_t step) const {
  std::vector<std::int64_t> loads(static_cast<std::size_t>(ranks_), 0);
  if (probed_) loads[0] = probe_cost_tokens();
  StepInputs inputs;
  for (std::size_t i = 0; i < tasks_.size(); ++i) inputs.batches.push_back(shares(i, step, loads));
  if (probed_ && rank_ == 0)
    inputs.probe = ProbeInputs{probe_batch("head", probe_.head_examples, step),
                               probe_batch("gradient", probe_.gradient_examples, step)};
  return inputs;
}

std::vector<data::PackedBatch> Draws::shares(std::size_t i, std::int64_t step, std::vector<std::int64_t>& loads) const {
  Task const& task = *tasks_[i];
  std::int64_t const batch = task.options.batch;
  auto const least = static_cast<std::size_t>(probed_ ? probe_.min_examples : 0);
  Key const key = stage_.with(task.name()).with(number(step));
  std::vector<data::PackedBatch> result;
  for (std::int64_t m = 0; m < micro_batches_; ++m) {
    std::int64_t const begin = batch * m / micro_batches_, end = batch * (m + 1) / micro_batches_;
    auto const drawn = samplers_[i].draw(number(step * batch + begin), number(end - begin));
    std::vector<std::int64_t> lengths;
    for (auto const example : drawn) lengths.push_back(task.train.length(example));
    auto const shares_of_ranks = data::share(lengths, loads, least);
    std::vector<std::uint64_t> mine;
    for (auto const index : shares_of_ranks[static_cast<std::size_t>(rank_)]) mine.push_back(drawn[index]);
    result.push_back(pack(task, task.train, mine, key));
  }
  return result;
}

data::PackedBatch Draws::pack(Task const& task, data::Dataset const& dataset,
                              std::vector<std::uint64_t> const& examples, Key key) const {
  data::PackedBatch batch = dataset.pack(examples);
  Key const dropout = key.with("dropout");
  for (auto const example : examples) batch.example_keys.push_back(dropout.with(example).value());
  task.objective->transform(batch, dataset.info(), key.with("transform"));
  return batch;
}

data::PackedBatch Draws::probe_batch(char const* purpose, std::int64_t examples, std::int64_t step) const {
  Key const key = stage_.with("probe").with(purpose);
  data::Sampler const sampler(key.with("order"), end_->dev->size());
  auto const drawn = sampler.draw(number(step * examples), number(examples));
  return pack(*end_, *end_->dev, drawn, key.with(number(step)));
}

task::Probe::HeadStart Draws::head_start(std::int64_t step) const {
  Key const key = stage_.with("probe").with("start").with(number(step));
  return [key, end = end_](model::ParameterSet& head, std::string const& name) {
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> shape;
    for (auto const& p : head.layout().parameters()) shape.emplace_back(p.name.substr(name.size() + 1), p.shape);
    model::initialize_head(head, name, shape, key);
  };
}

// A token's forward is a third of its forward and backward.
std::int64_t Draws::probe_cost_tokens() const {
  auto const mean = static_cast<std::int64_t>(end_->dev->num_tokens() / end_->dev->size());
  return mean * (probe_.head_examples / 3 + probe_.gradient_examples);
}

std::vector<double> Draws::local_counts(StepInputs const& inputs) {
  std::vector<double> counts;
  for (auto const& batches : inputs.batches) {
    double count = 0;
    for (auto const& batch : batches)
      count +=
          static_cast<double>(std::count_if(batch.targets.begin(), batch.targets.end(), [](auto t) { return t >= 0; }));
    counts.push_back(count);
  }
  return counts;
}

}  // namespace tartan::train
