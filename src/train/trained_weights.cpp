#include "trained_weights.hpp"

#include "stage.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

std::optional<fs::path> last_whole(fs::path const& directory) {
  auto const all = checkpoints_by_age(directory);
  for (auto it = all.rbegin(); it != all.rend(); ++it) try {
      check_whole(*it);
      return *it;
    } catch (Error const& e) {
      if (e.status() == ExitStatus::io) throw;
      warn("passing over checkpoint " + it->string() + ": " + e.what());
    }
  return std::nullopt;
}

model::StoredTensor const& find(model::SafetensorsFile const& file, std::string const& name) {
  auto const found = file.tensors().find(name);
  if (found == file.tensors().end())
    fail_data(file.path().string() + " lacks the tensor " + name + "; audit the run with its own config.ini");
  return found->second;
}

//! None where the body has made no step.
std::optional<SecondMoments> read_moments(model::SafetensorsFile const& file, model::ParameterSet const& parameters) {
  auto const& layout = parameters.layout();
  SecondMoments result{at::zeros({layout.body_size()}, parameters.values().options()), {}};
  for (auto const& s : layout.segments()) {
    if (s.owner != model::Owner::encoder) continue;
    if (!file.tensors().contains("steps/" + s.name)) return std::nullopt;
    result.steps.push_back(model::to_tensor(find(file, "steps/" + s.name), s.name).item<double>());
    if (result.steps.back() == 0) return std::nullopt;
  }
  for (auto const& p : layout.parameters())
    if (p.offset < layout.body_size())
      model::load_into(find(file, "second_moment/" + p.name), p.name,
                       model::ParameterSet::stretch(result.values, p.offset, p.shape));
  return result;
}

}  // namespace

TrainedWeights read_trained_weights(fs::path const& path, model::Model& model) {
  RunDirectory const run(path);
  if (auto const checkpoint = last_whole(run.checkpoints())) {
    model::SafetensorsFile const file(*checkpoint / "tensors.safetensors");
    for (auto const& p : model.parameters.layout().parameters())
      model::load_into(find(file, "value/" + p.name), p.name, model.parameters.at(p.name));
    return {checkpoint->string(), read_moments(file, model.parameters)};
  }
  if (!fs::exists(run.best()))
    fail_usage(path.string() +
               " holds neither a whole checkpoint nor a best model; train on, or audit its configuration " +
               run.config().string());
  load_export(run.best(), model.encoder.config(), model.parameters);
  return {run.best().string(), std::nullopt};
}

}  // namespace tartan::train
