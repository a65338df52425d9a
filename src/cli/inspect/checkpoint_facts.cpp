#include "progression_facts.hpp"
#include "subjects.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/hash.hpp>
#include <tartan/model/weights_report.hpp>
#include <tartan/train/checkpoint.hpp>

#include <map>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

constexpr char const* tensors_name = "tensors.safetensors";
constexpr char const* way_out = "; go on from another checkpoint (tartan train --resume does so by itself)";

//! One row of the table of tensors: those of all layers with one shape, and of values and moments, are one.
struct Group {
  std::string dtype;
  std::size_t tensors = 0;
  std::int64_t elements = 0;
};

//! ".layer.7." becomes ".layer.*.".
std::string without_layer_number(std::string const& name) {
  constexpr std::string_view mark = ".layer.";
  auto const found = name.find(mark);
  if (found == std::string::npos) return name;
  auto const first = found + mark.size(), end = name.find_first_not_of("0123456789", first);
  return end == first || end == std::string::npos ? name : name.substr(0, first) + "*" + name.substr(end);
}

std::string group_name(std::string const& tensor) {
  auto const slash = tensor.find('/');
  return tensor.starts_with("steps/") || slash == std::string::npos ? tensor
                                                                    : without_layer_number(tensor.substr(slash + 1));
}

Facts tensor_facts(model::SafetensorsFile const& file) {
  std::map<std::pair<std::string, std::vector<std::int64_t>>, Group> groups;
  for (auto const& [name, tensor] : file.tensors()) {
    Group& group = groups[{group_name(name), tensor.shape}];
    group.dtype = tensor.dtype;
    group.tensors += 1;
    group.elements += model::num_elements(tensor);
  }
  Facts facts = Facts::array();
  for (auto const& [key, group] : groups)
    facts.push_back({{"name", key.first},
                     {"shape", key.second},
                     {"dtype", group.dtype},
                     {"tensors", group.tensors},
                     {"elements", group.elements}});
  return facts;
}

Facts file_facts(fs::path const& directory, bool hashed) {
  Facts files = Facts::object();
  for (char const* name : {"state.json", tensors_name, "manifest.json"}) {
    if (!fs::exists(directory / name)) continue;
    files[name] = {{"bytes", fs::file_size(directory / name)}};
    if (hashed) files[name]["xxh3"] = to_hex(hash_file(directory / name));
  }
  return files;
}

void check_is_there(fs::path const& directory) {
  for (char const* name : {"state.json", tensors_name})
    if (!fs::exists(directory / name)) fail_data((directory / name).string() + " is missing" + way_out);
}

//! What the train room says of a damaged checkpoint, with the way out.
train::Progression load(fs::path const& checkpoint, bool verify) {
  try {
    if (verify) train::check_whole(checkpoint);
    return train::load_progression(checkpoint);
  } catch (Error const& error) {
    if (error.status() != ExitStatus::data) throw;
    fail_data(error.what() + std::string(way_out));
  }
}

}  // namespace

Facts checkpoint_facts(Request const& request) {
  check_is_there(request.path);
  train::Progression const p = load(request.path, request.verify);
  model::SafetensorsFile const tensors(request.path / tensors_name);
  Facts finished = Facts::array();
  for (auto const& stage : p.finished) finished.push_back(stage_facts(stage));
  Facts facts = {{"what", "checkpoint"},
                 {"path", request.path.string()},
                 {"stage_number", p.stage},
                 {"stage", p.stage_name},
                 {"step", p.step},
                 {"stage_seconds", p.stage_seconds},
                 {"stage_tokens", p.stage_tokens},
                 {"stage_probe_tokens", p.stage_probe_tokens},
                 {"evaluations_since_best", p.watch.since_best},
                 {"best", best_facts(p.best)},
                 {"weighting", p.weighting},
                 {"finished_stages", finished},
                 {"metrics_bytes", p.metrics_bytes},
                 {"num_tensors", tensors.tensors().size()},
                 {"tensors", tensor_facts(tensors)},
                 {"files", file_facts(request.path, request.verify)}};
  if (request.verify) facts["verified"] = true;
  return facts;
}

}  // namespace tartan::cli
