#include "tensor_names.hpp"

#include "encoder_parameters.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace tartan::model {
namespace {

bool starts_with_any(std::string const& name, std::initializer_list<char const*> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](char const* p) { return name.rfind(p, 0) == 0; });
}

}  // namespace

std::string full_name(std::string name, HfConfig const& config) {
  for (auto const& [old, now] :
       {std::pair{"LayerNorm.gamma", "LayerNorm.weight"}, std::pair{"LayerNorm.beta", "LayerNorm.bias"}})
    if (name.ends_with(old)) name.replace(name.size() - std::string(old).size(), std::string::npos, now);
  return starts_with_any(name, {"embeddings.", "encoder.", "pooler."}) ? encoder_prefix(config) + name : name;
}

std::string tied_to(std::string const& name, HfConfig const& config) {
  bool const bert = config.architecture == Architecture::bert;
  if (name == (bert ? "cls.predictions.decoder.weight" : "lm_head.decoder.weight"))
    return encoder_prefix(config) + "embeddings.word_embeddings.weight";
  if (name == (bert ? "cls.predictions.decoder.bias" : "lm_head.decoder.bias"))
    return bert ? "cls.predictions.bias" : "lm_head.bias";
  return {};
}

bool is_pooler(std::string const& name, HfConfig const& config) {
  return name.rfind(encoder_prefix(config) + "pooler.", 0) == 0;
}

bool is_skipped(std::string const& name) { return name.ends_with("position_ids"); }

}  // namespace tartan::model
