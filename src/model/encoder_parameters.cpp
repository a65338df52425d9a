#include "encoder_parameters.hpp"

namespace tartan::model {
namespace {

std::string layer_prefix(HfConfig const& config, std::int64_t layer) {
  return encoder_prefix(config) + "encoder.layer." + std::to_string(layer) + ".";
}

void add_decayed(Layout& layout, HfConfig const& c) {
  std::string const embeddings = encoder_prefix(c) + "embeddings.";
  std::int64_t const h = c.hidden_size, inner = c.intermediate_size;
  layout.add(embeddings + "word_embeddings.weight", {c.vocab_size, h});
  layout.add(embeddings + "position_embeddings.weight", {c.max_position_embeddings, h});
  layout.add(embeddings + "token_type_embeddings.weight", {c.type_vocab_size, h});
  for (std::int64_t i = 0; i < c.num_hidden_layers; ++i) {
    std::string const p = layer_prefix(c, i);
    layout.add(p + "attention.self.query.weight", {h, h});
    layout.add(p + "attention.self.key.weight", {h, h}, true);
    layout.add(p + "attention.self.value.weight", {h, h}, true);
    layout.add(p + "attention.output.dense.weight", {h, h});
    layout.add(p + "intermediate.dense.weight", {inner, h});
    layout.add(p + "output.dense.weight", {h, inner});
  }
}

void add_undecayed(Layout& layout, HfConfig const& c) {
  std::int64_t const h = c.hidden_size, inner = c.intermediate_size;
  layout.add(encoder_prefix(c) + "embeddings.LayerNorm.weight", {h});
  layout.add(encoder_prefix(c) + "embeddings.LayerNorm.bias", {h});
  for (std::int64_t i = 0; i < c.num_hidden_layers; ++i) {
    std::string const p = layer_prefix(c, i);
    layout.add(p + "attention.self.query.bias", {h});
    layout.add(p + "attention.self.key.bias", {h}, true);
    layout.add(p + "attention.self.value.bias", {h}, true);
    layout.add(p + "attention.output.dense.bias", {h});
    layout.add(p + "attention.output.LayerNorm.weight", {h});
    layout.add(p + "attention.output.LayerNorm.bias", {h});
    layout.add(p + "intermediate.dense.bias", {inner});
    layout.add(p + "output.dense.bias", {h});
    layout.add(p + "output.LayerNorm.weight", {h});
    layout.add(p + "output.LayerNorm.bias", {h});
  }
}

}  // namespace

std::string encoder_prefix(HfConfig const& config) {
  return config.architecture == Architecture::bert ? "bert." : "roberta.";
}

void add_encoder(Layout& layout, HfConfig const& config) {
  layout.begin_segment("encoder.decayed", Owner::encoder, true);
  add_decayed(layout, config);
  layout.begin_segment("encoder.undecayed", Owner::encoder, false);
  add_undecayed(layout, config);
}

EncoderIndices find_encoder(Layout const& layout, HfConfig const& config) {
  std::string const e = encoder_prefix(config) + "embeddings.";
  EncoderIndices result{layout.index_of(e + "word_embeddings.weight"),
                        layout.index_of(e + "position_embeddings.weight"),
                        layout.index_of(e + "token_type_embeddings.weight"),
                        layout.index_of(e + "LayerNorm.weight"),
                        layout.index_of(e + "LayerNorm.bias"),
                        {}};
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i) {
    std::string const p = layer_prefix(config, i);
    auto const at = [&](char const* name) { return layout.index_of(p + name); };
    result.layers.push_back({at("attention.self.query.weight"), at("attention.self.query.bias"),
                             at("attention.output.dense.weight"), at("attention.output.dense.bias"),
                             at("attention.output.LayerNorm.weight"), at("attention.output.LayerNorm.bias"),
                             at("intermediate.dense.weight"), at("intermediate.dense.bias"), at("output.dense.weight"),
                             at("output.dense.bias"), at("output.LayerNorm.weight"), at("output.LayerNorm.bias")});
  }
  return result;
}

}  // namespace tartan::model
