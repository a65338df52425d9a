#include "trained_task.hpp"

#include <tartan/comm/communicator.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/train/head_record.hpp>
#include <tartan/train/heads.hpp>
#include <tartan/train/tasks.hpp>

#include <cmath>
#include <optional>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

void check_kind(data::Dataset const& dataset, fs::path const& path, task::ObjectiveTraits const& needed,
                Labels labels) {
  std::string const& kind = dataset.info().kind;
  bool const texts_will_do = needed.whole_texts && labels == Labels::ignored;
  if (kind != needed.data && !(kind == "text" && texts_will_do))
    fail_data(path.string() + " holds kind \"" + kind + "\"; evaluation needs kind \"" + needed.data +
              "\" (jobs/prepare.py " + needed.data + ")");
}

void check_labels(data::Dataset const& dataset, fs::path const& path, TrainedHead const& head,
                  fs::path const& directory, Labels labels) {
  auto const& names = dataset.info().label_names;
  if (names == head.labels || dataset.info().kind == "text" || (names.empty() && labels == Labels::ignored)) return;
  if (names.empty()) fail_data(path.string() + " has no labels, which evaluation needs; use tartan predict");
  fail_data(path.string() + " has other label names than task " + head.task + " of " + directory.string() +
            "; prepare it with jobs/prepare.py " + dataset.info().kind + " --labels-from " + directory.string());
}

//! Nothing where this release knows no such objective, or the record lacks what it needs.
std::optional<TrainedHead> head_of(train::HeadRecord const& r) {
  auto const kind = task::objective_names().find(r.objective);
  if (kind == task::objective_names().end()) return std::nullopt;
  TrainedHead const head{r.task, r.head, kind->second, r.labels, r.scale.value_or(task::Scale()), r.max_length};
  bool const names = !task::has_label_names(head.objective) || !head.labels.empty();
  bool const values = !task::has_values(head.objective) || r.scale;
  bool const scaled = std::isfinite(head.scale.mean) && head.scale.deviation > 0;
  return names && values && scaled ? std::optional(head) : std::nullopt;
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
  auto const records = train::read_head_metadata(model::load_heads(directory).metadata, file);
  if (records.empty()) fail_data(file + " names no task in its metadata; restore it from a copy");
  auto const found = records.find(task);
  if (found == records.end())
    fail_usage("--task " + task + " is not in " + directory.string() + "; it holds " +
               joined(records, [](auto const& entry) { return entry.first; }));
  auto const head = found->second ? head_of(*found->second) : std::nullopt;
  if (!head) train::refuse_head_record(file, task);
  return *head;
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
  check_kind(t.dataset, path, task::traits(t.head.objective), labels);
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
