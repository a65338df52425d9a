#include "hf_files.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/hf_directory.hpp>

#include <array>
#include <fstream>
#include <iterator>
#include <openssl/evp.h>

namespace tartan::model {
namespace fs = std::filesystem;
namespace {

void write_config(fs::path const& path, HfConfig const& config, at::ScalarType type) {
  auto json = config.raw;
  json["architectures"] = {config.architecture == Architecture::bert ? "BertForMaskedLM" : "RobertaForMaskedLM"};
  json.erase("torch_dtype");
  json["dtype"] = type == at::kDouble ? "float64" : "float32";
  write_json(path, json);
}

}  // namespace

void export_hf(fs::path const& directory, fs::path const& source, HfConfig const& config,
               ParameterSet const& parameters, Loaded const& loaded, std::string const& heads_metadata) {
  at::Tensor const values = parameters.values().cpu();
  std::vector<at::Tensor> alive;
  std::map<std::string, StoredTensor> model, heads;
  for (auto const& p : parameters.layout().parameters()) {
    alive.push_back(ParameterSet::stretch(values, p.offset, p.shape));
    bool const head = parameters.layout().segments()[p.segment].owner == Owner::task_head;
    (head ? heads : model)[p.name] = store(alive.back());
  }
  for (auto const& [name, tensor] : loaded.carried) model[name] = store(tensor);
  write_config(directory / "config.json", config, values.scalar_type());
  write_safetensors(directory / "model.safetensors", model, {{"format", "pt"}});
  write_safetensors(directory / "heads.safetensors", heads, {{"heads", heads_metadata}});
  copy_tokenizer(source, directory);
}

HeadFile load_heads(fs::path const& directory) {
  fs::path const path = directory / "heads.safetensors";
  if (!fs::exists(path))
    fail_usage(directory.string() +
               " holds no heads.safetensors (the task's head); name a directory that tartan wrote, such as RUN/best");
  SafetensorsFile const file(path);
  HeadFile result;
  for (auto const& [name, stored] : file.tensors()) result.tensors[name] = to_tensor(stored, name);
  auto const found = file.metadata().find("heads");
  if (found == file.metadata().end())
    fail_data(path.string() + " lacks the metadata \"heads\"; it was not written by tartan");
  result.metadata = found->second;
  return result;
}

std::string tokenizer_sha256(fs::path const& directory) {
  std::ifstream in(directory / "tokenizer.json", std::ios::binary);
  if (!in) return {};
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    fail_bug("SHA-256 failed");
  constexpr char const* digits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) (hex += digits[digest[i] >> 4]) += digits[digest[i] & 15];
  return hex;
}

}  // namespace tartan::model
