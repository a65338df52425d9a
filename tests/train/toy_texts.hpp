#pragma once

#include "toy_trainer.hpp"

namespace tartan::train::toy {

//! Two sentences as one example.
inline data::PackedBatch paired(data::PackedBatch const& first, data::PackedBatch const& second) {
  data::PackedBatch pair = data::concatenate({&first, &second});
  pair.example_starts = {0, 2};
  pair.examples.resize(1);
  pair.example_keys.resize(1);
  return pair;
}

//! As many pairs of sentences on the same topic.
inline Examples pairs(Key key, std::uint64_t count) {
  Examples examples;
  for (std::uint64_t e = 0; e < count; ++e) {
    Stream draws(key.with(e));
    auto const topic = static_cast<std::int64_t>(draws.below(classes));
    auto const first = sentence(draws, topic, key.with(e));
    examples.push_back(paired(first, sentence(draws, topic, key.with(e))));
  }
  return examples;
}

//! Sentences without labels, or pairs where it asks for them, as one of the objectives changes them.
inline Task text_task(std::string const& name, task::ObjectiveKind kind, std::uint64_t batch) {
  static std::map<task::ObjectiveKind, std::unique_ptr<task::Objective>> objectives;
  auto& objective = objectives[kind];
  if (!objective) objective = task::make_objective({.kind = kind, .mask_rate = 0.4});
  data::ShardInfo info;
  info.vocab_size = config().vocab_size;
  info.pad_id = 0, info.unk_id = 1, info.cls_id = cls, info.sep_id = sep, info.mask_id = mask;
  return {name, name, objective.get(), [=, of = objective.get()](Key key) {
            Examples examples = of->sequences() == 2 ? pairs(key.with(name), batch) : labelled(key.with(name), batch);
            for (auto& example : examples) of->transform(example, info);
            return examples;
          }};
}

//! Beside "end", one task of each objective without labels; of them `examples` in a step.
inline std::vector<Task> tasks_of_texts(std::uint64_t examples = 5) {
  using task::ObjectiveKind;
  return {labelled_task("end", 8),
          text_task("order", ObjectiveKind::sentence_order, examples),
          text_task("replaced", ObjectiveKind::replaced_tokens, examples),
          text_task("contrast", ObjectiveKind::contrast, examples),
          text_task("pairs", ObjectiveKind::contrast_pairs, examples),
          masked_task("text", examples)};
}

}  // namespace tartan::train::toy
