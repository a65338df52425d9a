#include "encoder_parameters.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/model/hf_directory.hpp>

#include <algorithm>
#include <fnmatch.h>
#include <set>

namespace tartan::model {
namespace fs = std::filesystem;
namespace {

bool matches(std::vector<std::string> const& patterns, std::string const& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](auto const& p) { return fnmatch(p.c_str(), name.c_str(), 0) == 0; });
}

bool starts_with_any(std::string const& name, std::initializer_list<char const*> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](char const* p) { return name.rfind(p, 0) == 0; });
}

//! The name in a whole masked-LM model: old LayerNorm names mended, the architecture's prefix added to bare encoders.
std::string full_name(std::string name, HfConfig const& config) {
  for (auto const& [old, now] :
       {std::pair{"LayerNorm.gamma", "LayerNorm.weight"}, std::pair{"LayerNorm.beta", "LayerNorm.bias"}})
    if (name.ends_with(old)) name.replace(name.size() - std::string(old).size(), std::string::npos, now);
  return starts_with_any(name, {"embeddings.", "encoder.", "pooler."}) ? encoder_prefix(config) + name : name;
}

//! Name of the parameter that a decoder tensor is a copy of; empty for all others.
std::string tied_to(std::string const& name, HfConfig const& config) {
  bool const bert = config.architecture == Architecture::bert;
  if (name == (bert ? "cls.predictions.decoder.weight" : "lm_head.decoder.weight"))
    return encoder_prefix(config) + "embeddings.word_embeddings.weight";
  if (name == (bert ? "cls.predictions.decoder.bias" : "lm_head.decoder.bias"))
    return bert ? "cls.predictions.bias" : "lm_head.bias";
  return {};
}

class Loading {
 public:
  Loading(fs::path const& directory, HfConfig const& config, LoadRules const& rules, ParameterSet& parameters)
      : file_(directory / "model.safetensors"), config_(config), rules_(rules), p_(parameters) {}

  Loaded run() {
    for (auto const& [name, stored] : file_.tensors()) take(full_name(name, config_), stored);
    check_ties();
    list_missing();
    if (!problems_.empty()) refuse();
    return std::move(result_);
  }

 private:
  void take(std::string const& name, StoredTensor const& stored) {
    if (name.ends_with("position_ids")) return;
    try {
      place(name, stored);
    } catch (Error const& e) {
      problems_.push_back(e.what());
    }
  }

  void place(std::string const& name, StoredTensor const& stored) {
    if (name.rfind(encoder_prefix(config_) + "pooler.", 0) == 0) {
      result_.carried[name] = to_tensor(stored, name);
    } else if (!tied_to(name, config_).empty()) {
      ties_[name] = &stored;
    } else if (auto const index = p_.layout().find(name)) {
      if (!seen_.insert(*index).second) problems_.push_back("two tensors for " + name);
      load_into(stored, name, p_[*index]);
    } else if (!matches(rules_.allow_unexpected, name)) {
      problems_.push_back("unexpected " + name);
    }
  }

  void check_ties() {
    for (auto const& [name, stored] : ties_) {
      at::Tensor const& target = p_.at(tied_to(name, config_));
      if (!at::equal(to_tensor(*stored, name).to(target.scalar_type()), target.detach().cpu()))
        problems_.push_back(name + " differs from " + tied_to(name, config_) + ", to which it is tied");
    }
  }

  Owner owner_of(std::size_t index) const {
    return p_.layout().segments()[p_.layout().parameters()[index].segment].owner;
  }

  bool has_mlm_head() const {
    return std::any_of(seen_.begin(), seen_.end(), [&](std::size_t i) { return owner_of(i) == Owner::mlm_head; });
  }

  void list_missing() {
    result_.mlm_head = has_mlm_head();
    for (std::size_t i = 0; i < p_.layout().parameters().size(); ++i) {
      bool const wanted = owner_of(i) == Owner::encoder || (owner_of(i) == Owner::mlm_head && result_.mlm_head);
      if (!wanted || seen_.contains(i)) continue;
      std::string const& name = p_.layout().parameters()[i].name;
      if (matches(rules_.allow_missing, name))
        warn(name + " is missing from " + file_.path().string() + " and keeps its start value");
      else
        problems_.push_back("missing " + name);
    }
  }

  [[noreturn]] void refuse() const {
    std::string text = file_.path().string() + " does not fit its config.json: ";
    for (std::size_t i = 0; i < problems_.size() && i < 12; ++i) text += (i ? "; " : "") + problems_[i];
    if (problems_.size() > 12) text += "; and " + std::to_string(problems_.size() - 12) + " more";
    fail_data(text +
              ". Allow what is harmless with model.allow_missing or model.allow_unexpected (patterns such as "
              "cls.seq_relationship.*)");
  }

  SafetensorsFile file_;
  HfConfig const& config_;
  LoadRules const& rules_;
  ParameterSet& p_;
  std::set<std::size_t> seen_;
  std::map<std::string, StoredTensor const*> ties_;
  std::vector<std::string> problems_;
  Loaded result_;
};

}  // namespace

Loaded load_hf_weights(fs::path const& directory, HfConfig const& config, LoadRules const& rules,
                       ParameterSet& parameters) {
  return Loading(directory, config, rules, parameters).run();
}

}  // namespace tartan::model
