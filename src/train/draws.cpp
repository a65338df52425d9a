#include <tartan/train/draws.hpp>

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
  Met met;
  std::vector<data::PackedBatch> result;
  for (std::int64_t m = 0; m < micro_batches_; ++m) {
    std::int64_t const begin = batch * m / micro_batches_, end = batch * (m + 1) / micro_batches_;
    Drawn const drawn = draw(samplers_[i], step * batch + begin, end - begin, key, met);
    std::vector<std::int64_t> lengths;
    for (auto const example : drawn.examples) lengths.push_back(task.train.length(example));
    auto const shares_of_ranks = data::share(lengths, loads, least);
    result.push_back(pack(task, task.train, drawn.of(shares_of_ranks[static_cast<std::size_t>(rank_)])));
  }
  return result;
}

// An example that is drawn again within a step draws its masks and dropout anew
Draws::Drawn Draws::draw(data::Sampler const& sampler, std::int64_t first, std::int64_t count, Key step, Met& met) {
  Drawn drawn{sampler.draw(number(first), number(count)), {}};
  for (auto const example : drawn.examples) drawn.keys.push_back(step.with(example).with(met[example]++).value());
  return drawn;
}

Draws::Drawn Draws::Drawn::of(std::vector<std::size_t> const& indices) const {
  Drawn result;
  for (auto const index : indices) {
    result.examples.push_back(examples[index]);
    result.keys.push_back(keys[index]);
  }
  return result;
}

data::PackedBatch Draws::pack(Task const& task, data::Dataset const& dataset, Drawn const& drawn) const {
  data::PackedBatch batch = dataset.pack(drawn.examples);
  batch.example_keys = drawn.keys;
  task.objective->transform(batch, dataset.info());
  return batch;
}

data::PackedBatch Draws::probe_batch(char const* purpose, std::int64_t examples, std::int64_t step) const {
  Key const key = stage_.with("probe").with(purpose);
  data::Sampler const sampler(key.with("order"), end_->dev->size());
  Met met;
  return pack(*end_, *end_->dev, draw(sampler, step * examples, examples, key.with(number(step)), met));
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

}  // namespace tartan::train
