#include "encoder_parameters.hpp"
#include "stored_tensor.hpp"
#include "tensor_names.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/core/log.hpp>
#include <tartan/model/hf_directory.hpp>

#include <algorithm>
#include <fnmatch.h>
#include <ranges>

namespace tartan::model {
namespace fs = std::filesystem;
namespace {

bool matches(std::vector<std::string> const& patterns, std::string const& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](auto const& p) { return fnmatch(p.c_str(), name.c_str(), 0) == 0; });
}

[[noreturn]] void refuse(fs::path const& file, std::vector<std::string> const& problems) {
  std::string text = file.string() + " does not fit its config.json: " + joined(problems | std::views::take(12));
  if (problems.size() > 12) text += " and " + std::to_string(problems.size() - 12) + " more";
  fail_data(
      text +
      "; allow what may be missing or too many with model.allow_missing and model.allow_unexpected (patterns such "
      "as cls.seq_relationship.*), or take the config.json that belongs to the weights");
}

}  // namespace

HfWeights::HfWeights(fs::path const& directory, HfConfig const& config, LoadRules const& rules, Layout const& layout)
    : file_(directory / "model.safetensors"), config_(config), rules_(rules), layout_(layout) {
  for (auto const& [name, stored] : file_.tensors()) {
    try {
      place(full_name(name, config_), stored);
    } catch (Error const& e) {
      problems_.push_back(e.what());
    }
  }
  check_ties();
  list_missing();
  if (!problems_.empty()) refuse(file_.path(), problems_);
}

void HfWeights::place(std::string const& name, StoredTensor const& stored) {
  if (is_skipped(name)) return;
  if (is_pooler(name, config_)) {
    carried_[name] = to_tensor(stored, name);
  } else if (!tied_to(name, config_).empty()) {
    ties_[name] = &stored;
  } else if (auto const index = layout_.find(name)) {
    place_at(*index, stored);
  } else if (!matches(rules_.allow_unexpected, name)) {
    problems_.push_back("unexpected " + name);
  }
}

void HfWeights::place_at(std::size_t index, StoredTensor const& stored) {
  auto const& [name, shape, segment, offset, count] = layout_.parameters()[index];
  if (stored.shape != shape)
    problems_.push_back("tensor " + name + " has shape " + shape_text(stored.shape) + " instead of " +
                        shape_text(shape));
  if (!places_.emplace(index, &stored).second) problems_.push_back("two tensors for " + name);
}

//! A copy must equal what it is tied to; where that is absent, the copy stands for it.
void HfWeights::check_ties() {
  for (auto const& [name, stored] : ties_) {
    std::size_t const target = layout_.index_of(tied_to(name, config_));
    auto const found = places_.find(target);
    if (found == places_.end())
      place_at(target, *stored);
    else if (!at::equal(to_tensor(*stored, name), to_tensor(*found->second, name)))
      problems_.push_back(name + " differs from " + tied_to(name, config_) + ", to which it is tied");
  }
}

Owner HfWeights::owner_of(std::size_t index) const {
  return layout_.segments()[layout_.parameters()[index].segment].owner;
}

bool HfWeights::has_mlm_head() const {
  return std::any_of(places_.begin(), places_.end(),
                     [&](auto const& place) { return owner_of(place.first) == Owner::mlm_head; });
}

void HfWeights::list_missing() {
  for (std::size_t i = 0; i < layout_.parameters().size(); ++i) {
    if (owner_of(i) == Owner::task_head || places_.contains(i)) continue;
    missing_.push_back(i);
    if (owner_of(i) == Owner::mlm_head && !has_mlm_head()) continue;  // a whole head may be absent
    std::string const& name = layout_.parameters()[i].name;
    if (matches(rules_.allow_missing, name))
      warn(name + " is missing from " + file_.path().string() + " and gets a fresh start value");
    else
      problems_.push_back("missing " + name);
  }
}

Loaded HfWeights::copy_into(ParameterSet& parameters) const {
  for (auto const& [index, stored] : places_) load_into(*stored, layout_.parameters()[index].name, parameters[index]);
  return {has_mlm_head(), carried_};
}

}  // namespace tartan::model
