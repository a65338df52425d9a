#include <tartan/train/draws.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace tartan::train {
namespace {

std::uint64_t number(std::int64_t n) { return static_cast<std::uint64_t>(n); }

std::vector<std::uint64_t> const* rows_of(Task const& task) { return task.part ? &task.part->examples : nullptr; }

std::vector<double> shares_of_examples(std::vector<SubBatch> const& sub_batches, std::size_t tasks) {
  std::vector<double> result(tasks, 0);
  double all = 0;
  for (auto const& s : sub_batches) all += static_cast<double>(s.count);
  for (auto const& s : sub_batches) result[s.task] += static_cast<double>(s.count) / all;
  return result;
}

}  // namespace

Draws::Draws(std::vector<Task const*> tasks, Task const* end, bool probed, task::ProbeOptions const& probe,
             std::int64_t micro_batches, Key stage, int rank, int ranks, std::optional<Mixture> mixture,
             std::optional<Turns> turns)
    : tasks_(std::move(tasks)),
      end_(end),
      probed_(probed),
      probe_(probe),
      micro_batches_(micro_batches),
      stage_(stage),
      rank_(rank),
      ranks_(ranks),
      mixture_(std::move(mixture)),
      turns_(std::move(turns)) {
  for (auto const* t : tasks_)
    samplers_.emplace_back(stage_.with(t->name()).with("order"), t->num_examples(), t->options.shuffle);
}

// The first task makes up for a probe that comes first, the last one for a probe that comes last
StepInputs Draws::at(std::int64_t step, std::vector<std::int64_t> const& sizes) const {
  std::vector<std::int64_t> loads(static_cast<std::size_t>(ranks_), 0);
  bool const due = probe_due(step);
  if (due) loads[0] = probe_cost_tokens();
  StepInputs inputs;
  auto const sub_batches = mixture_ ? mixture_->at(step) : std::vector<SubBatch>();
  if (mixture_) inputs.weights = shares_of_examples(sub_batches, tasks_.size());
  auto const slots = mixture_ ? mixed(sub_batches) : this->slots(step, sizes);
  inputs.batches.resize(tasks_.size());
  for (std::size_t k = 0; k < tasks_.size(); ++k) {
    std::size_t const i = probe_.stale ? tasks_.size() - 1 - k : k;
    inputs.batches[i] = shares(i, step, loads, slots[i]);
  }
  inputs.aligned = aligned(step);
  if (due && rank_ == 0) inputs.probe = probe_inputs(step);
  return inputs;
}

std::vector<std::vector<Draws::SubBatches>> Draws::slots(std::int64_t step,
                                                         std::vector<std::int64_t> const& sizes) const {
  std::vector<std::vector<SubBatches>> result;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    std::int64_t const batch = tasks_[i]->options.batch, slot = sizes.empty() ? batch : budget();
    std::int64_t const examples = sizes.empty() ? batch : sizes[i], turn = turns_ ? turns_->before(i, step) : step;
    auto& parts = result.emplace_back(number(micro_batches_));
    for (std::int64_t m = 0; m < micro_batches_ && has_turn(i, step); ++m) {
      std::int64_t const begin = examples * m / micro_batches_, end = examples * (m + 1) / micro_batches_;
      parts[number(m)].push_back({i, number(turn * slot + begin), number(end - begin)});
    }
  }
  return result;
}

std::vector<std::vector<Draws::SubBatches>> Draws::mixed(std::vector<SubBatch> const& sub_batches) const {
  auto const parts = static_cast<std::size_t>(micro_batches_);
  std::vector<std::vector<SubBatches>> result(tasks_.size(), std::vector<SubBatches>(parts));
  for (std::size_t s = 0; s < sub_batches.size(); ++s)
    result[sub_batches[s].task][s * parts / sub_batches.size()].push_back(sub_batches[s]);
  return result;
}

std::int64_t Draws::budget() const {
  std::int64_t sum = 0;
  for (auto const* t : tasks_) sum += t->options.batch;
  return sum;
}

bool Draws::aligned(std::int64_t step) const {
  return probed_ && step % probe_.every == 0 && !(probe_.stale && step == 0);  // the first has no step before it
}

bool Draws::probe_due(std::int64_t step) const { return probe_.stale ? probed_ && aligned(step + 1) : aligned(step); }

std::vector<data::PackedBatch> Draws::shares(std::size_t i, std::int64_t step, std::vector<std::int64_t>& loads,
                                             std::vector<SubBatches> const& micro_batches) const {
  Task const& task = *tasks_[i];
  auto const least = static_cast<std::size_t>(probe_due(step) ? probe_.min_examples : 0);
  Key const key = stage_.with(task.name()).with(number(step));
  Met met;
  std::vector<data::PackedBatch> result;
  for (auto const& sub_batches : micro_batches) {
    result.push_back(own_part(task, draw(samplers_[i], rows_of(task), sub_batches, key, met), loads, least));
  }
  return result;
}

data::PackedBatch Draws::own_part(Task const& task, Drawn const& drawn, std::vector<std::int64_t>& loads,
                                  std::size_t least) const {
  std::vector<std::int64_t> lengths;
  for (auto const example : drawn.examples) lengths.push_back(task.train.length(example));
  auto const shares_of_ranks = data::share(lengths, loads, least);
  return pack(task, task.train, drawn.of(shares_of_ranks[static_cast<std::size_t>(rank_)]));
}

StepInputs Draws::look(std::int64_t step, std::int64_t examples) const {
  std::vector<std::int64_t> loads(static_cast<std::size_t>(ranks_), 0);
  StepInputs inputs;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    Task const& task = *tasks_[i];
    Key const key = stage_.with(task.name()).with("look").with(number(step));
    auto const count = std::min<std::uint64_t>(number(examples), task.num_examples());
    data::Sampler const sampler(key.with("order"), task.num_examples());
    Met met;
    inputs.batches.push_back({own_part(task, draw(sampler, rows_of(task), {{i, 0, count}}, key, met), loads, 0)});
  }
  return inputs;
}

// An example that is drawn again within a step draws its masks and dropout anew
Draws::Drawn Draws::draw(data::Sampler const& sampler, Rows rows, SubBatches const& sub_batches, Key step, Met& met) {
  Drawn drawn;
  for (auto const& [task, first, count] : sub_batches)
    for (auto const index : sampler.draw(first, count)) {
      std::uint64_t const example = rows == nullptr ? index : (*rows)[index];
      drawn.examples.push_back(example);
      drawn.keys.push_back(step.with(example).with(met[example]++).value());
    }
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

Draws::Source Draws::training() const { return {end_->train, rows_of(*end_)}; }

Draws::Source Draws::probed_examples() const {
  if (end_->probe) return {*end_->probe, nullptr};
  bool const held_out = end_->part && !end_->part->held_out.empty();
  return held_out ? Source{end_->train, &end_->part->held_out} : Source{*end_->dev, nullptr};
}

ProbeInputs Draws::probe_inputs(std::int64_t step) const {
  Source const source = probed_examples();
  auto gradients = probe_batches("gradient", "gradient", source, probe_.gradient_examples, dev_gradients(), step);
  ProbeInputs result{{}, std::move(gradients.front()), {}};
  result.further.assign(std::make_move_iterator(gradients.begin() + 1), std::make_move_iterator(gradients.end()));
  if (probe_.head == task::ProbeHead::training) return result;
  Source const fitting = probe_.fit == task::ProbeFit::train ? training() : source;
  char const* const order = probe_.draw == task::ProbeDraw::shared ? "gradient" : "head";
  result.head = std::move(probe_batches("head", order, fitting, probe_.head_examples, 1, step).front());
  return result;
}

std::int64_t Draws::dev_gradients() const { return probe_.per == task::ProbePer::micro ? micro_batches_ : 1; }

std::vector<data::PackedBatch> Draws::probe_batches(char const* purpose, char const* order, Source const& source,
                                                    std::int64_t examples, std::int64_t parts,
                                                    std::int64_t step) const {
  Key const key = stage_.with("probe");
  data::Sampler const sampler(key.with(order).with("order"), source.size());
  Met met;
  std::vector<data::PackedBatch> result;
  for (std::int64_t part = 0; part < parts; ++part)
    result.push_back(pack(*end_, source.dataset,
                          draw(sampler, source.rows, {{0, number((step * parts + part) * examples), number(examples)}},
                               key.with(purpose).with(number(step)), met)));
  return result;
}

data::PackedBatch Draws::unprobed(ProbeInputs const& probe, std::int64_t step) const {
  Source const source = probed_examples();
  std::set<std::uint64_t> seen(probe.gradient.examples.begin(), probe.gradient.examples.end());
  for (auto const& batch : probe.further) seen.insert(batch.examples.begin(), batch.examples.end());
  if (probe_.fit == task::ProbeFit::dev) seen.insert(probe.head.examples.begin(), probe.head.examples.end());
  Key const key = stage_.with("probe").with("unprobed").with(number(step));
  Met met;
  Drawn const all = draw(data::Sampler(key, source.size()), source.rows, {{0, 0, source.size()}}, key, met);
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < all.examples.size() && others.size() < number(probe_.gradient_examples); ++i)
    if (!seen.contains(all.examples[i])) others.push_back(i);
  return others.empty() ? data::PackedBatch() : pack(*end_, source.dataset, all.of(others));
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
  data::Dataset const& source = probed_examples().dataset;
  auto const mean = static_cast<std::int64_t>(source.num_tokens() / source.size());
  std::int64_t const forwards = probe_.features == task::ProbeFeatures::each_iteration ? probe_.iterations : 1;
  std::int64_t const fitting = probe_.head == task::ProbeHead::fresh ? forwards * probe_.head_examples : 0;
  return mean * (fitting / 3 + dev_gradients() * probe_.gradient_examples);
}

}  // namespace tartan::train
