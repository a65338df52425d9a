#include "progression_json.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/hash.hpp>
#include <tartan/core/log.hpp>
#include <tartan/model/hf_directory.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

constexpr char const* manifest_name = "manifest.json";
constexpr char const* damaged_prefix = "damaged.";

//! Every tensor of a checkpoint with its name: values and both moments by parameter, step counts by segment. Without an
//! optimizer the values alone. Then the further ones.
template <class Use>
void for_each_tensor(model::ParameterSet const& parameters, optim::AdamW const* optimizer,
                     std::vector<FlatTensor> const& further, Use const& use) {
  auto const& layout = parameters.layout();
  for (auto const& p : layout.parameters()) {
    auto const part = [&](at::Tensor const& flat) { return model::ParameterSet::stretch(flat, p.offset, p.shape); };
    use("value/" + p.name, part(parameters.values()));
    for (auto const& [prefix, values, by_segment] : further)
      if (!by_segment && p.offset + p.count <= values.numel()) use(prefix + "/" + p.name, part(values));
    if (optimizer == nullptr) continue;
    use("first_moment/" + p.name, part(optimizer->first_moment()));
    use("second_moment/" + p.name, part(optimizer->second_moment()));
  }
  for (std::size_t i = 0; optimizer != nullptr && i < layout.segments().size(); ++i)
    use("steps/" + layout.segments()[i].name, optimizer->step_counts()[i]);
  for (auto const& [prefix, values, by_segment] : further)
    for (std::size_t i = 0; by_segment && i < layout.segments().size(); ++i)
      use(prefix + "/" + layout.segments()[i].name, values[static_cast<std::int64_t>(i)]);
}

std::string padded(std::int64_t number, std::size_t width) {
  std::string const text = std::to_string(number);
  return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

nlohmann::json read_json(fs::path const& path) {
  std::ifstream in(path);
  if (!in && fs::exists(path)) fail_io("cannot read " + path.string());
  if (!in) fail_data(path.string() + " is missing");
  try {
    return nlohmann::json::parse(in);
  } catch (nlohmann::json::exception const& e) {
    fail_data(path.string() + " is damaged (" + e.what() + ")");
  }
}

void write_json(fs::path const& path, nlohmann::json const& json) {
  std::ofstream out(path);
  out << json.dump(1) << "\n";
  out.close();
  if (!out) fail_io("cannot write " + path.string());
}

nlohmann::json file_facts(fs::path const& path) {
  return {{"bytes", fs::file_size(path)}, {"xxh3", to_hex(hash_file(path))}};
}

//! Size and hash of every file, written last: what is whole has all that it lists.
void write_manifest(fs::path const& directory) {
  nlohmann::json files;
  for (auto const& entry : fs::directory_iterator(directory))
    files[entry.path().filename().string()] = file_facts(entry.path());
  write_json(directory / manifest_name, files);
}

void set_aside(fs::path const& checkpoint, std::string const& why) {
  warn("passing over checkpoint " + checkpoint.string() + ": " + why);
  fs::path const to = checkpoint.parent_path() / (damaged_prefix + checkpoint.filename().string());
  fs::remove_all(to);
  fs::rename(checkpoint, to);
}

}  // namespace

std::vector<fs::path> checkpoints_by_age(fs::path const& directory) {
  std::vector<std::pair<std::string, fs::path>> found;
  if (fs::exists(directory))
    for (auto const& entry : fs::directory_iterator(directory)) {
      std::string const name = entry.path().filename().string();
      if (entry.is_directory() && std::isdigit(static_cast<unsigned char>(name[0])) != 0)  // not tmp., damaged.
        found.emplace_back(name, entry.path());
    }
  std::sort(found.begin(), found.end());  // NN-stage-NNNNNNNN sorts by age
  std::vector<fs::path> result;
  for (auto const& [name, path] : found) result.push_back(path);
  return result;
}

void check_whole(fs::path const& checkpoint) {
  nlohmann::json const files = read_json(checkpoint / manifest_name);
  std::set<std::string> names = {"state.json", "tensors.safetensors"};
  if (files.is_object())
    for (auto const& [name, facts] : files.items()) names.insert(name);
  for (auto const& name : names) {
    fs::path const path = checkpoint / fs::path(name).filename();
    if (!fs::exists(path)) fail_data(path.string() + " is missing");
    nlohmann::json const expected = files.is_object() && files.contains(name) ? files[name] : nlohmann::json();
    if (expected.is_null() || expected != file_facts(path))
      fail_data(path.string() + " is damaged (size or hash are not those of " + manifest_name + ")");
  }
}

double finished_seconds(Progression const& progression) {
  double sum = 0;
  for (auto const& stage : progression.finished) sum += stage.seconds;
  return sum;
}

void write_checkpoint(fs::path const& path, Progression const& progression, model::ParameterSet const& parameters,
                      optim::AdamW const* optimizer, std::function<void(fs::path const&)> const& add_files,
                      std::vector<FlatTensor> const& further) {
  write_directory_atomically(path, [&](fs::path const& temporary) {
    std::vector<at::Tensor> alive;
    std::map<std::string, model::StoredTensor> tensors;
    for_each_tensor(parameters, optimizer, further, [&](std::string const& name, at::Tensor const& tensor) {
      alive.push_back(tensor.detach().cpu().contiguous());
      tensors[name] = model::store(alive.back());
    });
    model::write_safetensors(temporary / "tensors.safetensors", tensors, {});
    write_json(temporary / "state.json", progression);
    if (add_files) add_files(temporary);
    write_manifest(temporary);
  });
}

void save_checkpoint(fs::path const& directory, Progression const& progression, model::ParameterSet const& parameters,
                     optim::AdamW const* optimizer, std::vector<FlatTensor> const& further) {
  std::string const name = padded(static_cast<std::int64_t>(progression.stage), 2) + "-" + progression.stage_name +
                           "-" + padded(progression.step, 8);
  make_directory(directory);
  write_checkpoint(directory / name, progression, parameters, optimizer, {}, further);
  auto const all = checkpoints_by_age(directory);
  for (std::size_t i = 0; i + kept_checkpoints < all.size(); ++i) fs::remove_all(all[i]);
}

std::vector<Best> bests_of_checkpoints(fs::path const& directory) {
  std::vector<Best> result;
  for (auto const& checkpoint : checkpoints_by_age(directory)) try {
      result.push_back(load_progression(checkpoint).best);
    } catch (Error const& e) {
      if (e.status() == ExitStatus::io) throw;  // else nothing can go on from it
    }
  return result;
}

std::optional<fs::path> newest_checkpoint(fs::path const& directory) {
  auto const all = checkpoints_by_age(directory);
  std::vector<std::pair<fs::path, std::string>> damaged;
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    try {
      check_whole(*it);
      for (auto const& [path, why] : damaged) set_aside(path, why);
      return *it;
    } catch (Error const& e) {
      if (e.status() == ExitStatus::io) throw;  // the disk may recover
      damaged.emplace_back(*it, e.what());
    }
  }
  if (!damaged.empty())
    fail_data("no checkpoint in " + directory.string() + " is whole (" + damaged.front().second +
              "); restore one from a copy, or start again with another run.output");
  return std::nullopt;
}

Progression load_progression(fs::path const& checkpoint) {
  fs::path const path = checkpoint / "state.json";
  try {
    return read_json(path).get<Progression>();
  } catch (nlohmann::json::exception const& e) {
    fail_data(path.string() + " is of another release of tartan (" + e.what() + "); finish the run with that one");
  }
}

void load_tensors(fs::path const& checkpoint, model::ParameterSet& parameters, optim::AdamW* optimizer,
                  std::vector<FlatTensor> const& further) {
  model::SafetensorsFile const file(checkpoint / "tensors.safetensors");
  std::size_t used = 0;
  for_each_tensor(parameters, optimizer, further, [&](std::string const& name, at::Tensor const& tensor) {
    auto const found = file.tensors().find(name);
    if (found == file.tensors().end())
      fail_data(file.path().string() + " lacks the tensor " + name + "; it belongs to another run");
    model::load_into(found->second, name, tensor);
    ++used;
  });
  if (used != file.tensors().size())
    fail_data(file.path().string() + " holds tensors that this run has no place for; it belongs to another run");
}

}  // namespace tartan::train
