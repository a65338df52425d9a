#include "head_facts.hpp"
#include "model_verify.hpp"
#include "subjects.hpp"
#include "tokenizer_facts.hpp"

#include <tartan/model/weights_report.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

Facts config_facts(model::HfConfig const& c) {
  return {{"model_type", c.architecture == model::Architecture::bert ? "bert" : "roberta"},
          {"layers", c.num_hidden_layers},
          {"hidden_size", c.hidden_size},
          {"heads_of_attention", c.num_attention_heads},
          {"intermediate_size", c.intermediate_size},
          {"activation", c.raw.contains("hidden_act") ? c.raw["hidden_act"] : Facts("gelu")},
          {"vocab_size", c.vocab_size},
          {"max_length", c.max_sequence_length()},
          {"token_types", c.type_vocab_size}};
}

Facts part_facts(model::WeightsPart const& part) {
  return {{"tensors", part.tensors}, {"parameters", part.parameters}};
}

Facts weights_facts(model::WeightsReport const& report) {
  return {{"dtypes", report.dtypes},
          {"encoder", part_facts(report.encoder)},
          {"mlm_head", part_facts(report.mlm_head)},
          {"pooler", part_facts(report.pooler)},
          {"other", part_facts(report.unexpected)},
          {"fits", report.fits()},
          {"missing", report.missing},
          {"unexpected", report.unexpected_names},
          {"other_shapes", report.other_shapes}};
}

std::uint64_t bytes_in(fs::path const& directory) {
  std::uint64_t bytes = 0;
  for (auto const& entry : fs::directory_iterator(directory))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

}  // namespace

Facts model_facts(Request const& request) {
  if (request.verify) verify_model(request.path);
  check_is_model(request.path);
  auto const config = model::read_hf_config(request.path);
  Facts facts = {{"what", "model"}, {"path", request.path.string()}};
  facts.update(config_facts(config));
  facts["bytes"] = bytes_in(request.path);
  facts["weights"] = weights_facts(model::report_weights(model::SafetensorsFile(request.path / model_weights), config));
  facts["heads"] = head_facts(request.path);
  facts["tokenizer"] = tokenizer_facts(request.path, config);
  if (request.verify) facts["verified"] = true;
  return facts;
}

}  // namespace tartan::cli
