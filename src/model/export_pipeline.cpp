#include "encoder_parameters.hpp"
#include "hf_files.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/export.hpp>
#include <tartan/model/hf_directory.hpp>

#include <fstream>
#include <map>

namespace tartan::model {
namespace fs = std::filesystem;
namespace {

using Names = std::map<std::string, std::string>;

//! Our parts of a head by their names in transformers.
Names head_names(HfConfig const& config) {
  if (config.architecture == Architecture::bert)
    return {{"fc.weight", "bert.pooler.dense.weight"},
            {"fc.bias", "bert.pooler.dense.bias"},
            {"out.weight", "classifier.weight"},
            {"out.bias", "classifier.bias"}};
  return {{"fc.weight", "classifier.dense.weight"},
          {"fc.bias", "classifier.dense.bias"},
          {"out.weight", "classifier.out_proj.weight"},
          {"out.bias", "classifier.out_proj.bias"}};
}

StoredTensor const& part_of(SafetensorsFile const& heads, std::string const& name,
                            std::vector<std::int64_t> const& shape) {
  auto const found = heads.tensors().find(name);
  if (found == heads.tensors().end() || found->second.shape != shape)
    fail_data(heads.path().string() + " lacks the tensor " + name +
              ", or it has another shape than the task's labels ask for; export the directory that training wrote");
  return found->second;
}

void add_head(std::map<std::string, StoredTensor>& model, SafetensorsFile const& heads, HfConfig const& config,
              ExportedHead const& head) {
  std::int64_t const h = config.hidden_size, classes = static_cast<std::int64_t>(head.labels.size());
  std::map<std::string, std::vector<std::int64_t>> const shapes = {
      {"fc.weight", {h, h}}, {"fc.bias", {h}}, {"out.weight", {classes, h}}, {"out.bias", {classes}}};
  for (auto const& [ours, theirs] : head_names(config))
    model[theirs] = part_of(heads, head.task + "." + ours, shapes.at(ours));
}

//! The encoder alone: neither MLM head nor the pooler that the weights came with.
std::map<std::string, StoredTensor> encoder_tensors(SafetensorsFile const& file, HfConfig const& config) {
  std::string const prefix = encoder_prefix(config);
  std::map<std::string, StoredTensor> result;
  for (auto const& [name, stored] : file.tensors())
    if (name.starts_with(prefix) && !name.starts_with(prefix + "pooler.")) result[name] = stored;
  return result;
}

nlohmann::ordered_json classifier_config(HfConfig const& config, ExportedHead const& head) {
  auto json = config.raw;
  json["architectures"] = {config.architecture == Architecture::bert ? "BertForSequenceClassification"
                                                                     : "RobertaForSequenceClassification"};
  json["problem_type"] = "single_label_classification";
  json["id2label"] = json["label2id"] = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < head.labels.size(); ++i) {
    json["id2label"][std::to_string(i)] = head.labels[i];
    json["label2id"][head.labels[i]] = i;
  }
  return json;
}

//! So that `truncation=True` cuts where training did.
void limit_length(fs::path const& tokenizer_config, std::int64_t max_length) {
  auto json = nlohmann::ordered_json::object();
  if (std::ifstream in(tokenizer_config); in) json = nlohmann::ordered_json::parse(in, nullptr, false);
  if (!json.is_object())
    fail_data(tokenizer_config.string() + " is not a JSON object; restore it from the pretrained model");
  json["model_max_length"] = max_length;
  write_json(tokenizer_config, json);
}

}  // namespace

void export_sequence_classification(fs::path const& from, fs::path const& to, ExportedHead const& head) {
  HfConfig const config = read_hf_config(from);
  SafetensorsFile const encoder(from / "model.safetensors"), heads(from / "heads.safetensors");
  auto tensors = encoder_tensors(encoder, config);
  add_head(tensors, heads, config, head);
  write_json(to / "config.json", classifier_config(config, head));
  write_safetensors(to / "model.safetensors", tensors, {{"format", "pt"}});
  copy_tokenizer(from, to);
  limit_length(to / "tokenizer_config.json", head.max_length.value_or(config.max_sequence_length()));
}

void export_masked_lm(fs::path const& from, fs::path const& to) {
  HfConfig const config = read_hf_config(from);
  SafetensorsFile const file(from / "model.safetensors");
  auto json = config.raw;
  json["architectures"] = {config.architecture == Architecture::bert ? "BertForMaskedLM" : "RobertaForMaskedLM"};
  write_json(to / "config.json", json);
  write_safetensors(to / "model.safetensors", file.tensors(), {{"format", "pt"}});
  copy_tokenizer(from, to);
}

}  // namespace tartan::model
