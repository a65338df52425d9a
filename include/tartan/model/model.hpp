#pragma once

#include <tartan/core/random.hpp>
#include <tartan/model/encoder.hpp>
#include <tartan/model/hf_directory.hpp>
#include <tartan/model/mlm_head.hpp>
#include <tartan/model/parameters.hpp>
#include <tartan/model/precision.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tartan::model {

//! A task head's parameters: ("fc.weight", shape) …
using HeadShape = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

//! Encoder, MLM head and all task heads in one parameter set.
struct Model {
  Encoder encoder;
  ParameterSet parameters;
  Loaded loaded;
};

//! A start value as transformers gives it: norms 1, biases 0, all else normal(0, deviation), drawn by the parameter's
//! name.
void initialize_parameter(ParameterSet& parameters, std::size_t index, double deviation, Key key);

//! Adds a segment "head.NAME"; biases are decayed like weights, as in the published code.
void add_head(Layout& layout, std::string const& name, HeadShape const& shape);

//! Uniform in ±1/sqrt(fan_in) for weights and biases, as torch.nn.Linear: a "x.bias" takes its fan-in from "x.weight".
void initialize_head(ParameterSet& parameters, std::string const& name, HeadShape const& shape, Key key);

//! What names the start values of fresh parameters.
struct StartKeys {
  Key body;                          //!< of a missing MLM head, and of heads that are not named
  std::map<std::string, Key> heads;  //!< by name
};

//! Loads a Hugging Face directory; a missing MLM head and all task heads start fresh from `keys`, said in the log.
//! Chooses the products of the process (choose_products).
std::unique_ptr<Model> open_model(std::filesystem::path const& directory,
                                  std::vector<std::pair<std::string, HeadShape>> const& heads, LoadRules const& rules,
                                  Precision precision, Kernels kernels, at::Device device, StartKeys const& keys,
                                  DecayRule decay = DecayRule::usual);

//! The same without weights: every parameter starts fresh, as transformers starts a model of that config.json.
std::unique_ptr<Model> fresh_model(HfConfig const& config, std::vector<std::pair<std::string, HeadShape>> const& heads,
                                   Precision precision, Kernels kernels, at::Device device, StartKeys const& keys,
                                   DecayRule decay = DecayRule::usual);

}  // namespace tartan::model
