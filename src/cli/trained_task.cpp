#include "trained_task.hpp"

#include <tartan/comm/communicator.hpp>
#include <tartan/train/tasks.hpp>

#include <nlohmann/json.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> labels_of(std::string const& metadata, std::string const& task, fs::path const& directory) {
  auto const json = nlohmann::json::parse(metadata, nullptr, false);
  std::string known;
  if (json.is_object())
    for (auto const& [name, value] : json.items()) known += (known.empty() ? "" : ", ") + name;
  if (known.empty()) fail_data((directory / "heads.safetensors").string() + " names no task in its metadata");
  if (!json.contains(task)) fail_usage("--task " + task + " is not in " + directory.string() + "; it holds " + known);
  try {
    return json.at(task).at("labels").get<std::vector<std::string>>();
  } catch (nlohmann::json::exception const&) {
    fail_data((directory / "heads.safetensors").string() + " has no label names for task " + task);
  }
}

}  // namespace

TrainedTask open_trained_task(Flags const& flags) {
  fs::path const directory = flags.required("model", "runs/first/best"),
                 path = flags.required("data", "data/acl_arc/test.h5");
  std::string const name = flags.required("task", "acl_arc");
  if (!fs::exists(directory))
    fail_usage("--model " + directory.string() + " does not exist; name a directory such as RUN/best");
  model::HfConfig const config = model::read_hf_config(directory);
  model::HeadFile const heads = model::load_heads(directory);
  TrainedTask t{name, labels_of(heads.metadata, name, directory), nullptr, nullptr, data::Dataset::open(path, "test")};
  train::check_fits_model(t.dataset, config, directory);
  if (t.dataset.info().kind != "class")
    fail_data(path.string() + " holds kind \"" + t.dataset.info().kind +
              "\"; evaluation needs kind \"class\" (jobs/prepare.py class)");
  if (t.dataset.info().label_names != t.labels)
    fail_data(path.string() + " has other label names than task " + name + " of " + directory.string() +
              "; prepare it together with the task's training split");
  t.objective =
      task::make_objective({task::ObjectiveKind::classification, static_cast<std::int64_t>(t.labels.size()), 0, 0});
  model::set_threads(comm::make_local()->cores());
  auto const precision = config.dtype == "float64" ? model::Precision::fp64 : model::Precision::fp32;
  t.model = model::open_model(directory, {{name, t.objective->head(config)}}, {}, precision, model::Kernels::automatic,
                              at::kCPU, Key());
  for (auto const& [part, shape] : t.objective->head(config)) {
    auto const found = heads.tensors.find(name + "." + part);
    if (found == heads.tensors.end())
      fail_data((directory / "heads.safetensors").string() + " lacks the tensor " + name + "." + part);
    model::load_into(model::store(found->second), found->first, t.model->parameters.at(found->first));
  }
  return t;
}

}  // namespace tartan::cli
