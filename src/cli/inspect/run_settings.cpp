#include "run_settings.hpp"

#include <tartan/config/settings.hpp>
#include <tartan/core/error.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

config::Settings read(fs::path const& path) {
  if (!fs::exists(path))
    fail_data(path.string() + " is missing (a run directory has one); name the directory of a run");
  return config::Settings::read(path, {});
}

}  // namespace

RunSettings read_run_settings(fs::path const& path) {
  config::Settings settings = read(path);
  RunSettings result;
  settings.bind(config::Section("run").add("recipe", result.recipe, "").add("seed", result.seed, ""));
  settings.bind(config::Section("model").add("path", result.model, ""));
  for (auto const& name : settings.names("task")) {
    RunSettings::Task task{name, "", "", "", ""};
    settings.bind(config::Section("task." + name)
                      .add("role", task.role, "")
                      .add("objective", task.objective, "")
                      .add("metric", task.metric, "")
                      .add("data", task.data, ""));
    result.tasks.push_back(task);
  }
  return result;
}

}  // namespace tartan::cli
