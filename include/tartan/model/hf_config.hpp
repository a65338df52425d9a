#pragma once

#include <tartan/model/activation.hpp>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

namespace tartan::model {

enum class Architecture { bert, roberta };

//! config.json of a Hugging Face encoder, with the defaults of transformers for absent keys.
struct HfConfig {
  Architecture architecture = Architecture::bert;
  std::int64_t vocab_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t num_hidden_layers = 0;
  std::int64_t num_attention_heads = 0;
  std::int64_t intermediate_size = 0;
  Activation hidden_act = Activation::gelu;
  double hidden_dropout_prob = 0;
  double attention_probs_dropout_prob = 0;
  std::optional<double> classifier_dropout;  //!< absent: hidden_dropout_prob
  std::int64_t max_position_embeddings = 0;  //!< rows of the table of positions
  std::int64_t type_vocab_size = 0;
  double layer_norm_eps = 0;
  double initializer_range = 0;
  std::optional<std::int64_t> pad_token_id;  //!< always there for RoBERTa
  std::string dtype;                         //!< "float32", "float64", ... as saved; may be empty
  nlohmann::ordered_json raw;                //!< the whole file, in its order, for writing it back

  std::int64_t head_size() const { return hidden_size / num_attention_heads; }
  std::int64_t position_offset() const;      //!< row of a sequence's first position: 0; RoBERTa: pad_token_id + 1
  std::int64_t max_sequence_length() const;  //!< [tokens]
};

//! Reads DIRECTORY/config.json. Throws ExitStatus::usage where it does not exist; ExitStatus::data naming file, key and
//! value where a value is of the wrong type or impossible, or where a key asks for arithmetic that is not implemented.
HfConfig read_hf_config(std::filesystem::path const& directory);

//! Sizes of an encoder that starts from nothing (Turc et al. 2019: layers, width and heads of the models of these
//! names).
enum class Preset {
  none,
  tiny,   //!< 2 layers, width 128
  small,  //!< 4 layers, width 512
  base,   //!< 12 layers, width 768
};

//! The same with the preset's sizes in place of the file's, in `raw` too; vocabulary and positions stay the file's.
HfConfig read_hf_config(std::filesystem::path const& directory, Preset preset);

//! The same from the text of a config.json; `path` is for messages.
HfConfig parse_hf_config(std::string const& text, std::filesystem::path const& path);

}  // namespace tartan::model
