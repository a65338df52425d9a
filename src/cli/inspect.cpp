#include "commands.hpp"

#include <tartan/data/dataset.hpp>
#include <tartan/model/hf_config.hpp>
#include <tartan/model/safetensors.hpp>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

nlohmann::ordered_json describe(data::Dataset const& d) {
  auto const& i = d.info();
  return {{"schema", "tartan.examples"},
          {"version", i.version},
          {"kind", i.kind},
          {"examples", d.size()},
          {"tokens", d.num_tokens()},
          {"vocab_size", i.vocab_size},
          {"max_length", i.max_length},
          {"tokenizer_sha256", i.tokenizer_sha256},
          {"label_names", i.label_names},
          {"source", i.source},
          {"created_with", i.created_with}};
}

nlohmann::ordered_json describe_model(fs::path const& directory) {
  model::HfConfig const c = model::read_hf_config(directory);
  nlohmann::ordered_json json = {{"model_type", c.architecture == model::Architecture::bert ? "bert" : "roberta"},
                                 {"layers", c.num_hidden_layers},
                                 {"hidden_size", c.hidden_size},
                                 {"vocab_size", c.vocab_size},
                                 {"max_length", c.max_sequence_length()}};
  for (char const* name : {"model.safetensors", "heads.safetensors"})
    if (fs::exists(directory / name)) json[name]["tensors"] = model::SafetensorsFile(directory / name).tensors().size();
  return json;
}

nlohmann::ordered_json describe(fs::path const& path) {
  if (!fs::exists(path))
    fail_usage(path.string() + " does not exist; name a shard, prepared data or a model directory");
  if (!fs::is_directory(path)) return describe(data::Dataset::open(path, "train"));
  if (fs::exists(path / "config.json")) return describe_model(path);
  nlohmann::ordered_json json;
  for (char const* split : {"train", "dev", "test"})
    if (fs::exists(path / (std::string(split) + ".h5")))
      json[split] = describe(data::Dataset::open(path / (std::string(split) + ".h5"), split));
  if (json.is_null() && fs::exists(path / "manifest.json"))
    json["train"] = describe(data::Dataset::open(path, "train"));
  if (json.is_null())
    fail_data(path.string() +
              " is neither a model (config.json) nor prepared data (manifest.json, train.h5); name one of them");
  return json;
}

}  // namespace

ExitStatus inspect(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {}, {"json"});
  refuse_leftovers(flags, "inspect", 1);
  if (flags.positional.empty())
    fail_usage("tartan inspect takes one path: a shard, prepared data or a model directory");
  nlohmann::ordered_json const json = describe(fs::path(flags.positional[0]));
  std::printf("%s\n",
              json.dump(flags.has("json") ? -1 : 2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return ExitStatus::done;
}

}  // namespace tartan::cli
