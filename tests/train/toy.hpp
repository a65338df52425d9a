#pragma once

#include <tartan/task/objective.hpp>

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tartan::train::toy {

using Examples = std::vector<data::PackedBatch>;
using Heads = std::vector<std::pair<std::string, model::HeadShape>>;

constexpr std::int64_t no_topic = -1, classes = 3, cls = 2, sep = 3, mask = 4, first_word = 5, words_per_class = 10;

inline model::HfConfig config() {
  return model::parse_hf_config(R"({"model_type": "bert", "vocab_size": 35, "hidden_size": 16, "num_hidden_layers": 2,
    "num_attention_heads": 2, "intermediate_size": 32, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1, "max_position_embeddings": 16, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
    "pad_token_id": 0})",
                                "toy/config.json");
}

//! Wide random values, so that every path carries signal.
inline void fill(model::ParameterSet& parameters) {
  at::NoGradGuard no_grad;
  for (auto const& p : parameters.layout().parameters()) {
    Stream stream(Key(7).with(p.name));
    std::vector<double> values(static_cast<std::size_t>(p.count));
    bool const norm = p.name.find("LayerNorm.weight") != std::string::npos, bias = p.name.ends_with("bias");
    for (double& x : values) x = (norm ? 1.0 : 0.0) + (norm || bias ? 0.1 : 0.2) * stream.normal();
    parameters.at(p.name).copy_(at::tensor(values, at::kDouble).view(p.shape));
  }
}

//! A small random model in double precision.
inline std::unique_ptr<model::Model> make_model(Heads const& heads, model::Kernels kernels = model::Kernels::fast) {
  model::Layout layout;
  model::add_encoder(layout, config());
  model::add_mlm_head(layout, config());
  for (auto const& [name, shape] : heads) model::add_head(layout, name, shape);
  auto model = std::make_unique<model::Model>(
      model::Model{model::Encoder(config(), kernels), model::ParameterSet(layout, at::kDouble), {}});
  fill(model->parameters);
  return model;
}

inline task::Objective const& classification() {
  static auto const objective = task::make_objective({.kind = task::ObjectiveKind::classification, .outputs = classes});
  return *objective;
}

inline task::Objective const& mlm() {
  static auto const objective = task::make_objective({.kind = task::ObjectiveKind::mlm});
  return *objective;
}

//! [CLS] five words [SEP], two in three of the words peculiar to the topic, or none.
inline data::PackedBatch sentence(Stream& draws, std::int64_t topic, Key key) {
  data::PackedBatch example;
  auto& stream = example.encoder;
  stream.tokens = {cls};
  for (int i = 0; i < 5; ++i) {
    std::int64_t const about =
        draws.below(3) == 0 || topic == no_topic ? static_cast<std::int64_t>(draws.below(classes)) : topic;
    stream.tokens.push_back(first_word + words_per_class * about +
                            static_cast<std::int64_t>(draws.below(words_per_class)));
  }
  stream.tokens.push_back(sep);
  for (std::int64_t t = 0; t < stream.num_tokens(); ++t) stream.positions.push_back(t);
  stream.sequence_starts = {0, stream.num_tokens()};
  example.example_starts = {0, 1};
  example.examples = {0};
  example.example_keys = {key.value()};
  return example;
}

enum class Labels {
  topic,
  shuffled,     //!< any label
  meaningless,  //!< any label, of any words
};

//! Sentences labelled with their topic, or not.
inline Examples labelled(Key key, std::uint64_t count, Labels labels = Labels::topic) {
  Examples examples;
  for (std::uint64_t e = 0; e < count; ++e) {
    Stream draws(key.with(e));
    auto const topic = static_cast<std::int64_t>(draws.below(classes));
    auto const other = static_cast<std::int64_t>(draws.below(classes));
    data::PackedBatch example = sentence(draws, labels == Labels::meaningless ? no_topic : topic, key.with(e));
    example.class_labels = {labels == Labels::topic ? topic : other};
    example.rows = {0};
    example.targets = example.class_labels;
    examples.push_back(std::move(example));
  }
  return examples;
}

//! Sentences with one or two words masked.
inline Examples masked(Key key, std::uint64_t count) {
  Examples examples;
  for (std::uint64_t e = 0; e < count; ++e) {
    Stream draws(key.with(e));
    data::PackedBatch example = sentence(draws, static_cast<std::int64_t>(draws.below(classes)), key.with(e));
    for (std::size_t row = 1; row < 3 + e % 2; ++row) {
      example.rows.push_back(static_cast<std::int64_t>(row));
      example.targets.push_back(std::exchange(example.encoder.tokens[row], mask));
    }
    examples.push_back(std::move(example));
  }
  return examples;
}

//! Examples first, first + stride … < last as one batch.
inline data::PackedBatch pack(Examples const& examples, std::size_t first, std::size_t last, std::size_t stride = 1) {
  std::vector<data::PackedBatch const*> parts;
  for (std::size_t e = first; e < last; e += stride) parts.push_back(&examples[e]);
  data::PackedBatch all = data::concatenate(parts);
  for (auto const* part : parts)
    all.label_places.insert(all.label_places.end(), part->label_places.begin(), part->label_places.end());
  return all;
}
inline data::PackedBatch pack(Examples const& examples) { return pack(examples, 0, examples.size()); }

//! Of examples [first, last) those of each micro-batch: m, m + parts … of the whole step, on however many ranks.
inline std::vector<data::PackedBatch> micro_batches(Examples const& all, std::uint64_t first, std::uint64_t last,
                                                    std::uint64_t parts) {
  std::vector<data::PackedBatch> result;
  for (std::uint64_t m = 0; m < parts; ++m)
    result.push_back(pack(all, first + (m + parts - first % parts) % parts, last, parts));
  return result;
}

}  // namespace tartan::train::toy
