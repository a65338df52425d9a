#pragma once

#include <tartan/model/hf_config.hpp>
#include <tartan/model/parameters.hpp>
#include <tartan/model/safetensors.hpp>

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tartan::model {

//! What may be missing from or too many in a directory's weights, as shell patterns over tensor names.
struct LoadRules {
  std::vector<std::string> allow_missing;
  std::vector<std::string> allow_unexpected;
};

//! What a load found beside the parameters.
struct Loaded {
  bool mlm_head = false;                      //!< the weights had one; else the caller initialises it
  std::map<std::string, at::Tensor> carried;  //!< pooler: kept for export, under its full name
};

//! The weights of a directory, held against the layout that config.json asks for before a model of that size is made.
//! Names with or without the architecture's prefix. A whole MLM head may be absent; position_ids are skipped; tied
//! decoder copies must equal what they are tied to. Every other missing, unexpected or differently shaped tensor is
//! listed and refused (ExitStatus::data) unless a rule allows it. `config`, `rules` and `layout` outlive it.
class HfWeights {
 public:
  HfWeights(std::filesystem::path const& directory, HfConfig const& config, LoadRules const& rules,
            Layout const& layout);
  bool has_mlm_head() const;
  //! Parameters of encoder and MLM head that the file lacks and may lack: the caller initialises them.
  std::vector<std::size_t> const& missing() const { return missing_; }
  //! Fills the others.
  Loaded copy_into(ParameterSet& parameters) const;

 private:
  void place(std::string const& name, StoredTensor const& stored);
  void place_at(std::size_t index, StoredTensor const& stored);
  void check_ties();
  void list_missing();
  Owner owner_of(std::size_t index) const;

  SafetensorsFile file_;
  HfConfig const& config_;
  LoadRules const& rules_;
  Layout const& layout_;
  std::map<std::size_t, StoredTensor const*> places_;  // by parameter
  std::map<std::string, StoredTensor const*> ties_;
  std::map<std::string, at::Tensor> carried_;
  std::vector<std::size_t> missing_;
  std::vector<std::string> problems_;
};

//! Heads of tasks: DIRECTORY/heads.safetensors, tensors named NAME.fc.weight …; metadata "heads" is JSON.
struct HeadFile {
  std::map<std::string, at::Tensor> tensors;
  std::string metadata;  //!< JSON object: task name -> {objective, labels}
};
HeadFile load_heads(std::filesystem::path const& directory);

//! Writes config.json, model.safetensors, heads.safetensors and the tokenizer's files (from `source`) into `directory`,
//! which exists, so that transformers' AutoModelForMaskedLM loads it.
void export_hf(std::filesystem::path const& directory, std::filesystem::path const& source, HfConfig const& config,
               ParameterSet const& parameters, Loaded const& loaded, std::string const& heads_metadata);

//! The bytes of a contiguous CPU tensor with its dtype's name; the tensor must outlive the result.
StoredTensor store(at::Tensor const& tensor);
//! Copies a stored tensor into `to`, converting the dtype. Throws ExitStatus::data naming `name` on another shape.
void load_into(StoredTensor const& stored, std::string const& name, at::Tensor const& to);
at::Tensor to_tensor(StoredTensor const& stored, std::string const& name);

//! sha256 (hex) of DIRECTORY/tokenizer.json, as prepare.py stores it in shards; empty where the file is absent.
std::string tokenizer_sha256(std::filesystem::path const& directory);

}  // namespace tartan::model
