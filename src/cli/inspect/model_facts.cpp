#include "head_facts.hpp"
#include "subjects.hpp"
#include "text.hpp"
#include "tokenizer_facts.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/problems.hpp>
#include <tartan/model/weights_report.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

constexpr char const* weights_name = "model.safetensors";
constexpr char const* way_out = "restore the directory from where it came";

void check_is_model(fs::path const& directory) {
  for (char const* name : {"config.json", weights_name})
    if (!fs::exists(directory / name))
      fail_data(directory.string() + " holds no " + name + " (a model has config.json and model.safetensors); " +
                way_out);
}

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

void check_weights(fs::path const& directory, model::HfConfig const& config) {
  model::SafetensorsFile const file(directory / weights_name);
  auto const report = model::report_weights(file, config);
  std::string problems;
  for (auto const& name : report.missing) append_item(problems, "missing " + name);
  for (auto const& name : report.unexpected_names) append_item(problems, "unexpected " + name);
  for (auto const& text : report.other_shapes) append_item(problems, text);
  if (!problems.empty())
    fail_data(file.path().string() + " does not fit its config.json: " + problems + "; " + way_out);
}

void check_finite(fs::path const& path) {
  if (!fs::exists(path)) return;
  std::string const name = model::find_not_finite(model::SafetensorsFile(path));
  if (!name.empty()) fail_data(path.string() + " holds a NaN or an infinity in the tensor " + name + "; " + way_out);
}

void check_tokenizer(fs::path const& directory, model::HfConfig const& config) {
  Facts const facts = tokenizer_facts(directory, config);
  if (facts.is_null() || facts.value("fits", true)) return;
  fail_data((directory / "tokenizer.json").string() + " names ids up to " + facts["highest_id"].dump() +
            ", but vocab_size is " + std::to_string(config.vocab_size) + "; " + way_out);
}

}  // namespace

void verify_model(fs::path const& directory) {
  check_is_model(directory);
  auto const config = model::read_hf_config(directory);
  Problems problems;
  problems.attempt([&] { check_weights(directory, config); });
  problems.attempt([&] { check_finite(directory / weights_name); });
  problems.attempt([&] { head_facts(directory); });
  problems.attempt([&] { check_finite(directory / "heads.safetensors"); });
  problems.attempt([&] { check_tokenizer(directory, config); });
  problems.refuse_any("parts of " + directory.string(), way_out);
}

Facts model_facts(Request const& request) {
  if (request.verify) verify_model(request.path);
  check_is_model(request.path);
  auto const config = model::read_hf_config(request.path);
  Facts facts = {{"what", "model"}, {"path", request.path.string()}};
  facts.update(config_facts(config));
  facts["bytes"] = bytes_in(request.path);
  facts["weights"] = weights_facts(model::report_weights(model::SafetensorsFile(request.path / weights_name), config));
  facts["heads"] = head_facts(request.path);
  facts["tokenizer"] = tokenizer_facts(request.path, config);
  if (request.verify) facts["verified"] = true;
  return facts;
}

}  // namespace tartan::cli
