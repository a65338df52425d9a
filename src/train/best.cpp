#include "stage.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/heads.hpp>

#include <set>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

std::string export_name(Best const& best) { return best.stage + "-" + std::to_string(best.step); }

}  // namespace

void export_best(RunContext const& run, Best const& best) {
  make_directory(run.directory.exports());
  write_directory_atomically(run.directory.exports() / export_name(best), [&](fs::path const& temporary) {
    model::export_hf(temporary, run.options.model.path, run.model.encoder.config(), run.model.parameters,
                     run.model.loaded, heads_metadata(run.tasks));
  });
  swap_symlink(run.directory.best(), fs::path("exports") / export_name(best));
}

void prune_exports(RunDirectory const& directory, std::vector<Best> const& kept) {
  if (!fs::exists(directory.exports())) return;
  std::set<std::string> names;
  for (auto const& best : kept) names.insert(export_name(best));
  for (auto const& entry : fs::directory_iterator(directory.exports()))
    if (!names.contains(entry.path().filename().string())) fs::remove_all(entry.path());
}

void load_export(fs::path const& path, model::HfConfig const& config, model::ParameterSet& parameters) {
  model::LoadRules const rules;
  model::HfWeights(path, config, rules, parameters.layout()).copy_into(parameters);
  for (auto const& [name, tensor] : model::load_heads(path).tensors)
    model::load_into(model::store(tensor), name, parameters.at(name));
}

void restore_best(RunContext& run, Best const& best) {
  if (best.step < 0) return;
  fs::path const path = run.directory.exports() / export_name(best);
  if (!fs::exists(path))
    fail_data(path.string() +
              " is missing (the best model of the run so far); delete the newest checkpoint to go back further");
  model::ParameterSet values(run.model.parameters.layout(), run.model.parameters.values().options());
  load_export(path, run.model.encoder.config(), values);
  run.best_values = values.values().clone();
  if (run.comm.rank() == 0) swap_symlink(run.directory.best(), fs::path("exports") / export_name(best));
}

}  // namespace tartan::train
