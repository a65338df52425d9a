#include "trained_task.hpp"

#include <tartan/comm/communicator.hpp>
#include <tartan/train/heads.hpp>
#include <tartan/train/tasks.hpp>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

//! Texts without labels will do for one text an example that is read as a whole.
void check_kind(data::Dataset const& dataset, fs::path const& path, std::string const& needed, Labels labels) {
  std::string const& kind = dataset.info().kind;
  bool const whole = needed == "class" || needed == "multilabel" || needed == "regression";
  bool const fits = kind == needed || (kind == "text" && whole && labels == Labels::ignored);
  if (!fits)
    fail_data(path.string() + " holds kind \"" + kind + "\"; evaluation needs kind \"" + needed +
              "\" (jobs/prepare.py " + needed + ")");
}

void check_labels(data::Dataset const& dataset, fs::path const& path, TrainedHead const& head,
                  fs::path const& directory, Labels labels) {
  auto const& names = dataset.info().label_names;
  if (names == head.labels || dataset.info().kind == "text" || (names.empty() && labels == Labels::ignored)) return;
  if (names.empty()) fail_data(path.string() + " has no labels, which evaluation needs; use tartan predict");
  fail_data(path.string() + " has other label names than task " + head.task + " of " + directory.string() +
            "; prepare it with jobs/prepare.py " + dataset.info().kind + " --labels-from " + directory.string());
}

//! Throws what nlohmann::json and std::map throw where something is missing.
TrainedHead described(std::string const& task, nlohmann::json const& json) {
  TrainedHead head{task,
                   json.value("head", task),
                   task::objective_names().at(json.at("objective").get<std::string>()),
                   json.at("labels").get<std::vector<std::string>>(),
                   {},
                   std::nullopt};
  bool const named = head.objective == task::ObjectiveKind::classification ||
                     head.objective == task::ObjectiveKind::multilabel ||
                     head.objective == task::ObjectiveKind::token_classification;
  if (named && head.labels.empty()) throw std::out_of_range("labels");
  if (json.contains("max_length")) head.max_length = json.at("max_length").get<std::int64_t>();
  if (head.objective == task::ObjectiveKind::regression)
    head.scale = {json.at("scale").at("mean").get<double>(), json.at("scale").at("deviation").get<double>()};
  if (!std::isfinite(head.scale.mean) || !(head.scale.deviation > 0)) throw std::out_of_range("scale");
  return head;
}

}  // namespace

fs::path trained_directory(Flags const& flags) {
  fs::path const directory = flags.required("model", "runs/first/best");
  if (!fs::exists(directory))
    fail_usage("--model " + directory.string() + " does not exist; name a directory such as RUN/best");
  if (fs::exists(directory / "config.ini"))
    fail_usage("--model " + directory.string() + " is a run, not a model; name " + (directory / "best").string());
  return directory;
}

TrainedHead trained_head(std::string const& task, fs::path const& directory) {
  std::string const file = (directory / "heads.safetensors").string();
  auto const json = nlohmann::json::parse(model::load_heads(directory).metadata, nullptr, false);
  std::string known;
  if (json.is_object())
    for (auto const& [name, value] : json.items()) known += (known.empty() ? "" : ", ") + name;
  if (known.empty()) fail_data(file + " names no task in its metadata; restore it from a copy");
  if (!json.contains(task)) fail_usage("--task " + task + " is not in " + directory.string() + "; it holds " + known);
  try {
    return described(task, json.at(task));
  } catch (std::out_of_range const&) {  // an objective that this release does not know
  } catch (nlohmann::json::exception const&) {
  }
  fail_data(file + " does not describe the head of task " + task + "; restore it from a copy");
}

TrainedTask open_trained_task(Flags const& flags, Labels labels) {
  fs::path const directory = trained_directory(flags), path = flags.required("data", "data/acl_arc/test.h5");
  std::string const name = flags.required("task", "acl_arc");
  model::HfConfig const config = model::read_hf_config(directory);
  TrainedTask t{trained_head(name, directory), nullptr, nullptr, data::Dataset::open(path, "test")};
  train::check_fits_model(t.dataset, config, directory);
  if (!task::has_labels(t.head.objective))
    fail_usage("--task " + name + " is " + task::objective_name(t.head.objective) +
               ", which predicts no labels; name a task that has some");
  t.objective = task::make_objective({.kind = t.head.objective,
                                      .outputs = static_cast<std::int64_t>(t.head.labels.size()),
                                      .head_dropout = 0,
                                      .scale = t.head.scale,
                                      .label_names = t.head.labels});
  check_kind(t.dataset, path, t.objective->kind(), labels);
  check_labels(t.dataset, path, t.head, directory, labels);
  if (labels == Labels::needed) train::check_labelled(t.dataset, "evaluation");
  model::set_threads(comm::make_local()->cores());
  auto const precision = config.dtype == "float64" ? model::Precision::fp64 : model::Precision::fp32;
  model::HeadShape const shape = t.objective->head(config);
  t.model = model::open_model(directory, {{t.head.name, shape}}, {}, precision, model::Kernels::automatic, at::kCPU,
                              {Key(), {}});
  train::load_head(model::load_heads(directory), t.head.name, shape, directory, t.model->parameters);
  return t;
}

}  // namespace tartan::cli
