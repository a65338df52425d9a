#pragma once

#include <tartan/data/dataset.hpp>
#include <tartan/data/part.hpp>
#include <tartan/task/objective.hpp>
#include <tartan/train/options.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tartan::train {

//! A task with its data open.
struct Task {
  TaskOptions options;
  std::unique_ptr<task::Objective> objective;
  data::Dataset train;
  std::optional<data::Dataset> dev;      //!< end task and members with labels
  std::string head;                      //!< name in the parameter set; empty: the MLM head. Tasks may share it
  std::optional<data::Part> part{};      //!< of `train`; none: all of it
  std::optional<data::Dataset> probe{};  //!< end task only: what its probe draws from; none: dev, or held out of train
  task::Scale scale{};                   //!< of the values of `train`
  std::string const& name() const { return options.name; }
  //! That train the task, and the index in `train` of one of them.
  std::uint64_t num_examples() const { return part ? part->examples.size() : train.size(); }
  std::uint64_t example(std::uint64_t index) const { return part ? part->examples[index] : index; }
};

//! Opens the data of every task and checks it: kind, one tokenizer for all and for the model, vocabulary, length,
//! labels. Throws ExitStatus::data or usage naming file and task.
std::vector<Task> open_tasks(std::vector<TaskOptions> const& options, TrainOptions const& train,
                             model::HfConfig const& config, std::filesystem::path const& model_path);

//! Chooses each task's part of its training split (task.NAME.fraction) and sets `held_out` of the end task's aside (0:
//! none), also from the part of another task on the same data. Says in the log what takes part. Throws ExitStatus::data
//! where nothing could be set aside or nothing is left.
void choose_parts(std::vector<Task>& tasks, double held_out);

//! Opens the data set at `path` (probe.data) for the end task's probe and checks that it fits the task and the model:
//! kind, label names, a label for each example, tokenizer, length. Says in the log how many examples there are. Throws
//! ExitStatus::data or usage naming the file.
void open_probe_data(std::vector<Task>& tasks, std::filesystem::path const& path, model::HfConfig const& config,
                     std::filesystem::path const& model_path);

//! The same checks for one data set against a model directory.
void check_fits_model(data::Dataset const& dataset, model::HfConfig const& config,
                      std::filesystem::path const& model_path);

//! Every example must have a label; of columns one entry must be known. Throws ExitStatus::data naming the row and
//! `user`, that needs it.
void check_labelled(data::Dataset const& dataset, std::string const& user);

Task const* end_task(std::vector<Task> const& tasks);  //!< none: nullptr

}  // namespace tartan::train
