#include "rank_draws.hpp"

#include <tartan/train/draws.hpp>

#include <memory>

namespace tartan::train {
namespace {

std::uint64_t number(std::int64_t n) { return static_cast<std::uint64_t>(n); }

//! Positions [first, first + count) of the task's keyed order.
struct Stretch {
  Task const& task;
  Key key;
  Labels labels;

  data::PackedBatch pack(std::int64_t first, std::int64_t count) const {
    auto const order = draw("order", first, count);
    data::PackedBatch batch = task.train.pack(order);
    for (std::int64_t i = first; i < first + count; ++i)
      batch.example_keys.push_back(key.with("example").with(number(i)).value());
    if (labels == Labels::of_others) task.train.relabel(batch, draw("labels", first, count));
    task.objective->transform(batch, task.train.info());
    return batch;
  }

  std::vector<std::uint64_t> draw(char const* purpose, std::int64_t first, std::int64_t count) const {
    data::Sampler const sampler(key.with(purpose), task.num_examples(), task.options.shuffle);
    auto examples = sampler.draw(number(first), number(count));
    for (auto& example : examples) example = task.example(example);
    return examples;
  }
};

}  // namespace

FreshTask training_examples(Task const& task, std::int64_t head_examples, model::HfConfig const& config, Key key,
                            Labels labels) {
  Stretch const stretch{task, key.with(task.name()), labels};
  bool const own_head = !task.head.empty();
  std::int64_t const fitting = own_head ? head_examples : 0, slot = fitting + task.options.batch;
  auto const examples = [=, batch = task.options.batch](std::int64_t b) {
    data::PackedBatch head = fitting > 0 ? stretch.pack(b * slot, fitting) : data::PackedBatch();
    return ProbeInputs{std::move(head), stretch.pack(b * slot + fitting, batch)};
  };
  auto const start = [shape = task.objective->head(config), key = stretch.key.with("start")](std::int64_t b) {
    return [=](model::ParameterSet& head, std::string const& name) {
      model::initialize_head(head, name, shape, key.with(number(b)));
    };
  };
  return {task.objective.get(), own_head, examples, start};
}

FreshTask dev_examples(Task const& end, task::ProbeOptions probe, Key key) {
  probe.head = task::ProbeHead::fresh;
  probe.every = 1;
  probe.stale = false;
  auto const draws =
      std::make_shared<Draws>(std::vector<Task const*>{}, &end, true, probe, 1, key, /*rank=*/0, /*ranks=*/1);
  return {end.objective.get(), true, [draws](std::int64_t b) { return *draws->at(b).probe; },
          [draws](std::int64_t b) { return draws->head_start(b); }};
}

}  // namespace tartan::train
