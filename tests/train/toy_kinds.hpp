#pragma once

#include "toy_trainer.hpp"

namespace tartan::train::toy {

//! Sequences as one example, named by the first.
inline data::PackedBatch as_one_example(Examples const& sequences) {
  data::PackedBatch example = pack(sequences);
  example.example_starts = {0, example.encoder.num_sequences()};
  example.examples.resize(1);
  example.example_keys.resize(1);
  return example;
}

//! Two to four sentences, of which the one on the first topic is right.
inline data::PackedBatch choice_example(Stream& draws, Key key) {
  auto const choices = 2 + draws.below(3), right = draws.below(choices);
  Examples sentences;
  for (std::uint64_t c = 0; c < choices; ++c) sentences.push_back(sentence(draws, c == right ? 0 : 1, key));
  data::PackedBatch example = as_one_example(sentences);
  example.class_labels = {static_cast<std::int64_t>(right)};
  return example;
}

//! A sentence and a number near its topic's.
inline data::PackedBatch value_example(Stream& draws, Key key) {
  auto const topic = static_cast<std::int64_t>(draws.below(classes));
  data::PackedBatch example = sentence(draws, topic, key);
  example.label_values = {static_cast<float>(static_cast<double>(topic) + 0.1 * draws.normal())};
  return example;
}

//! One or two sentences as windows of a text, the answer two words of one of them.
inline data::PackedBatch span_example(Stream& draws, Key key) {
  auto const windows = 1 + draws.below(2), holder = draws.below(windows);
  Examples sentences;
  for (std::uint64_t w = 0; w < windows; ++w) sentences.push_back(sentence(draws, no_topic, key));
  data::PackedBatch example = as_one_example(sentences);
  for (std::uint64_t w = 0; w < windows; ++w) {
    auto const first = w == holder ? static_cast<std::int64_t>(1 + draws.below(4)) : 0;
    example.label_places.insert(example.label_places.end(), {first, w == holder ? first + 1 : 0});
  }
  return example;
}

//! A task of a kind with other labels than classes.
inline Task kind_task(std::string const& name, task::ObjectiveKind kind, std::uint64_t batch) {
  using Make = data::PackedBatch (*)(Stream&, Key);
  static std::map<task::ObjectiveKind, Make> const makers = {{task::ObjectiveKind::choice, choice_example},
                                                             {task::ObjectiveKind::regression, value_example},
                                                             {task::ObjectiveKind::span, span_example}};
  static std::map<task::ObjectiveKind, std::unique_ptr<task::Objective>> objectives;
  auto& objective = objectives[kind];
  if (!objective) objective = task::make_objective({.kind = kind, .scale = {1, 0.8}});
  return {name, name, objective.get(), [=, of = objective.get(), make = makers.at(kind)](Key key) {
            Examples examples;
            for (std::uint64_t e = 0; e < batch; ++e) {
              Stream draws(key.with(name).with(e));
              examples.push_back(make(draws, key.with(name).with(e)));
              of->transform(examples.back(), {});
            }
            return examples;
          }};
}

}  // namespace tartan::train::toy
