#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/data/manifest.hpp>
#include <tartan/train/tasks.hpp>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

//! Without a manifest: the names of its shards, without suffix.
std::vector<std::string> splits_of(fs::path const& directory) {
  std::vector<std::string> names;
  if (fs::exists(directory / "manifest.json"))
    for (auto const& split : data::read_manifest(directory).splits) names.push_back(split.name);
  else
    for (auto const& entry : fs::directory_iterator(directory))
      if (entry.path().extension() == ".h5") names.push_back(entry.path().stem().string());
  return names;
}

data::Dataset open_dev_or_only_split(fs::path const& path) {
  if (!fs::exists(path))
    fail_usage("probe.data = " + path.string() +
               " does not exist; write dev, train:SHARE, or the path of a data set that jobs/prepare.py made");
  if (!fs::is_directory(path)) return data::Dataset::open(path, "dev");
  auto const splits = splits_of(path);
  return data::Dataset::open(path, splits.size() == 1 ? splits.front() : "dev");
}

//! The labels as well as their names.
void check_labels(data::Dataset const& d, Task const& end) {
  std::string const file = d.files().front().string(), train = end.train.files().front().string();
  std::string const way_out = "; prepare it with jobs/prepare.py " + end.train.info().kind +
                              (end.train.info().label_names.empty() ? "" : " --labels-from " + train);
  if (d.info().kind != end.train.info().kind)
    fail_data(file + " holds kind \"" + d.info().kind + "\", but the probe (probe.data) needs \"" +
              end.train.info().kind + "\", as task " + end.name() + " has it" + way_out);
  if (d.info().label_names != end.train.info().label_names)
    fail_data(file + " (probe.data) has other label names than task " + end.name() + way_out);
  if (d.size() == 0) fail_data(file + " (probe.data) holds no example" + way_out);
  check_labelled(d, "the probe (probe.data)");
}

}  // namespace

void open_probe_data(std::vector<Task>& tasks, fs::path const& path, model::HfConfig const& config,
                     fs::path const& model_path) {
  for (Task& task : tasks) {
    if (task.options.role != Role::end) continue;
    data::Dataset dataset = open_dev_or_only_split(path);
    data::check_same_tokenizer(task.train.info(), task.train.files().front(), dataset.info(), dataset.files().front());
    check_fits_model(dataset, config, model_path);
    check_labels(dataset, task);
    log("task " + task.name() + ": the probe draws from " + std::to_string(dataset.size()) + " examples of " +
        path.string());
    task.probe = std::move(dataset);
  }
}

}  // namespace tartan::train
