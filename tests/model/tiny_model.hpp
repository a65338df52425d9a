#pragma once

#include "core/temporary_directory.hpp"

#include <tartan/model/model.hpp>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <map>
#include <memory>
#include <string>

namespace tartan::testing {

using Json = nlohmann::ordered_json;

//! config.json of an encoder of 3 layers whose sizes fit no vector: hidden 30 in 3 heads, inner 44, vocabulary 61.
inline Json tiny_config(std::string const& type) {
  Json config = {{"model_type", type},
                 {"vocab_size", 61},
                 {"hidden_size", 30},
                 {"num_hidden_layers", 3},
                 {"num_attention_heads", 3},
                 {"intermediate_size", 44},
                 {"max_position_embeddings", 42},
                 {"hidden_dropout_prob", 0.1},
                 {"attention_probs_dropout_prob", 0.2},
                 {"layer_norm_eps", 1e-5},
                 {"type_vocab_size", type == "bert" ? 2 : 1},
                 {"pad_token_id", type == "bert" ? 0 : 1}};
  return config;
}

//! A Hugging Face directory in the making: change `config` or `tensors`, then save.
struct TinyDirectory {
  Json config;
  std::map<std::string, at::Tensor> tensors;  //!< a whole masked-LM model with random weights
  TemporaryDirectory directory;

  explicit TinyDirectory(Json of = tiny_config("bert")) : config(std::move(of)) {
    at::set_num_threads(1);  // more would only wait for each other
    at::manual_seed(7);
    model::HfConfig const parsed = model::parse_hf_config(config.dump(), "tiny/config.json");
    model::Layout layout;
    model::add_encoder(layout, parsed);
    model::add_mlm_head(layout, parsed);
    for (auto const& p : layout.parameters()) {
      bool const gain = p.name.ends_with("orm.weight");  // LayerNorm, layer_norm
      tensors[p.name] = at::randn(p.shape) * 0.2 + (gain ? 1 : 0);
    }
  }

  std::filesystem::path const& path() const { return directory.path(); }

  TinyDirectory& save() {
    std::map<std::string, model::StoredTensor> stored;
    for (auto const& [name, tensor] : tensors) stored[name] = model::store(tensor);
    write_text(directory / "config.json", config.dump());
    model::write_safetensors(directory / "model.safetensors", stored, {{"format", "pt"}});
    return *this;
  }

  std::unique_ptr<model::Model> open(model::Precision precision = model::Precision::fp64,
                                     model::LoadRules const& rules = {},
                                     std::vector<std::pair<std::string, model::HeadShape>> const& heads = {}) const {
    return model::open_model(path(), heads, rules, precision, model::Kernels::fast, at::kCPU, {Key(3), {}});
  }
};

//! One example per length, with random tokens; example i has key 1000 + i.
inline data::PackedBatch tiny_batch(std::vector<std::int64_t> const& lengths, std::uint64_t seed = 1) {
  Stream random{Key(seed)};
  data::PackedBatch batch;
  for (auto const length : lengths) {
    for (std::int64_t i = 0; i < length; ++i) {
      batch.encoder.tokens.push_back(static_cast<std::int64_t>(random.below(61)));
      batch.encoder.positions.push_back(i);
    }
    batch.encoder.sequence_starts.push_back(batch.encoder.num_tokens());
    batch.example_starts.push_back(batch.encoder.num_sequences());
    batch.example_keys.push_back(1000 + batch.examples.size());
    batch.examples.push_back(batch.examples.size());
  }
  return batch;
}

inline void add_segments(data::PackedBatch& batch) {
  Stream random{Key(2)};
  for (std::size_t t = 0; t < batch.encoder.tokens.size(); ++t)
    batch.encoder.segments.push_back(static_cast<std::int64_t>(random.below(2)));
}

inline std::vector<std::int64_t> all_rows(data::PackedBatch const& batch) {
  std::vector<std::int64_t> rows;
  for (std::int64_t t = 0; t < batch.encoder.num_tokens(); ++t) rows.push_back(t);
  return rows;
}

inline std::vector<std::int64_t> first_tokens(data::PackedBatch const& batch) {
  auto const& starts = batch.encoder.sequence_starts;
  return {starts.begin(), starts.end() - 1};
}

}  // namespace tartan::testing
