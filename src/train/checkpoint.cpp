#include "progression_json.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/hash.hpp>
#include <tartan/core/log.hpp>
#include <tartan/model/hf_directory.hpp>

#include <algorithm>
#include <fstream>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kept = 2;
constexpr char const* hash_key = "tensors_xxh3";

//! Every tensor of a checkpoint with its name: values and both moments by parameter, step counts by segment.
template <class Use>
void for_each_tensor(model::ParameterSet const& parameters, optim::AdamW const& optimizer, Use const& use) {
  auto const& layout = parameters.layout();
  for (auto const& p : layout.parameters()) {
    auto const part = [&](at::Tensor const& flat) { return model::ParameterSet::stretch(flat, p.offset, p.shape); };
    use("value/" + p.name, part(parameters.values()));
    use("first_moment/" + p.name, part(optimizer.first_moment()));
    use("second_moment/" + p.name, part(optimizer.second_moment()));
  }
  for (std::size_t i = 0; i < layout.segments().size(); ++i)
    use("steps/" + layout.segments()[i].name, optimizer.step_counts()[i]);
}

std::vector<fs::path> checkpoints_by_age(fs::path const& directory) {
  std::vector<std::pair<std::string, fs::path>> found;
  if (fs::exists(directory))
    for (auto const& entry : fs::directory_iterator(directory)) {
      std::string const name = entry.path().filename().string();
      if (entry.is_directory() && !name.starts_with("tmp.") && !name.starts_with("old."))
        found.emplace_back(name, entry.path());
    }
  std::sort(found.begin(), found.end());  // NN-stage-NNNNNNNN sorts by age
  std::vector<fs::path> result;
  for (auto const& [name, path] : found) result.push_back(path);
  return result;
}

std::string padded(std::int64_t number, std::size_t width) {
  std::string const text = std::to_string(number);
  return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

template <class T>
T load_state(fs::path const& checkpoint, char const* key = nullptr) {
  fs::path const path = checkpoint / "state.json";
  std::ifstream in(path);
  if (!in) fail_data(path.string() + " is missing; delete this checkpoint to go back to the one before");
  try {
    auto const state = nlohmann::json::parse(in);
    return (key == nullptr ? state : state.at(key)).get<T>();
  } catch (nlohmann::json::exception const& e) {
    fail_data(path.string() + " is damaged (" + e.what() + "); delete this checkpoint to go back to the one before");
  }
}

void check_whole(fs::path const& checkpoint) {
  load_progression(checkpoint);
  fs::path const tensors = checkpoint / "tensors.safetensors";
  if (!fs::exists(tensors)) fail_data(tensors.string() + " is missing");
  if (to_hex(hash_file(tensors)) != load_state<std::string>(checkpoint, hash_key))
    fail_data(tensors.string() + " is damaged (its hash is not that of state.json)");
}

}  // namespace

void save_checkpoint(fs::path const& directory, Progression const& progression, model::ParameterSet const& parameters,
                     optim::AdamW const& optimizer) {
  std::string const name = padded(static_cast<std::int64_t>(progression.stage), 2) + "-" + progression.stage_name +
                           "-" + padded(progression.step, 8);
  fs::create_directories(directory);
  write_directory_atomically(directory / name, [&](fs::path const& temporary) {
    std::vector<at::Tensor> alive;
    std::map<std::string, model::StoredTensor> tensors;
    for_each_tensor(parameters, optimizer, [&](std::string const& tensor_name, at::Tensor const& tensor) {
      alive.push_back(tensor.detach().cpu().contiguous());
      tensors[tensor_name] = model::store(alive.back());
    });
    model::write_safetensors(temporary / "tensors.safetensors", tensors, {});
    nlohmann::json state = progression;
    state[hash_key] = to_hex(hash_file(temporary / "tensors.safetensors"));
    std::ofstream out(temporary / "state.json");
    out << state.dump(1) << "\n";
    out.close();
    if (!out) fail_io("cannot write " + (temporary / "state.json").string());
  });
  auto const all = checkpoints_by_age(directory);
  for (std::size_t i = 0; i + kept < all.size(); ++i) fs::remove_all(all[i]);
}

std::vector<Best> bests_of_checkpoints(fs::path const& directory) {
  std::vector<Best> result;
  for (auto const& checkpoint : checkpoints_by_age(directory)) try {
      result.push_back(load_progression(checkpoint).best);
    } catch (Error const&) {  // nothing can go on from it
    }
  return result;
}

std::optional<fs::path> newest_checkpoint(fs::path const& directory) {
  auto const all = checkpoints_by_age(directory);
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    try {
      check_whole(*it);
      return *it;
    } catch (Error const& e) {
      warn("passing over checkpoint " + it->string() + ": " + e.what());
    }
  }
  return std::nullopt;
}

Progression load_progression(fs::path const& checkpoint) { return load_state<Progression>(checkpoint); }

void load_tensors(fs::path const& checkpoint, model::ParameterSet& parameters, optim::AdamW& optimizer) {
  model::SafetensorsFile const file(checkpoint / "tensors.safetensors");
  std::size_t used = 0;
  for_each_tensor(parameters, optimizer, [&](std::string const& name, at::Tensor const& tensor) {
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
