#include "head_facts.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/weights_report.hpp>
#include <tartan/train/head_record.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

constexpr char const* way_out = "restore it from a copy";

Facts described_heads(model::SafetensorsFile const& file) {
  auto const found = file.metadata().find("heads");
  if (found == file.metadata().end()) fail_data(file.path().string() + " lacks the metadata \"heads\"; " + way_out);
  Facts heads = Facts::object();
  for (auto const& [task, r] : train::read_head_metadata(found->second, file.path().string())) {
    if (!r) train::refuse_head_record(file.path().string(), task);
    heads[task] = {{"objective", r->objective}, {"metric", r->metric},        {"head", r->head},
                   {"labels", r->labels},       {"tensors", Facts::object()}, {"parameters", 0}};
  }
  return heads;
}

//! The head whose name and a dot begin `tensor`.
std::string head_of(std::string const& tensor, Facts const& heads) {
  std::string longest;
  for (auto const& [task, head] : heads.items()) {
    auto const name = head["head"].get<std::string>();
    if (tensor.starts_with(name + ".") && name.size() > longest.size()) longest = name;
  }
  return longest;
}

void add_tensor(Facts& task, std::string const& name, model::StoredTensor const& tensor) {
  task["tensors"][name] = tensor.shape;
  task["parameters"] = task["parameters"].get<std::int64_t>() + model::num_elements(tensor);
}

}  // namespace

Facts head_facts(fs::path const& directory) {
  fs::path const path = directory / "heads.safetensors";
  if (!fs::exists(path)) return Facts::object();
  model::SafetensorsFile const file(path);
  Facts heads = described_heads(file);
  for (auto const& [name, tensor] : file.tensors()) {
    std::string const head = head_of(name, heads);  // that tasks may share
    if (head.empty())
      fail_data(path.string() + " holds the tensor " + name + " of a task it does not describe; " + way_out);
    for (auto& [task, facts] : heads.items())
      if (facts["head"] == head) add_tensor(facts, name, tensor);
  }
  return heads;
}

}  // namespace tartan::cli
