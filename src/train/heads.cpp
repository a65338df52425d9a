#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/head_record.hpp>
#include <tartan/train/heads.hpp>

#include <algorithm>
#include <set>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

//! Each head by the first task that has it.
std::vector<Task const*> first_of_each_head(std::vector<Task> const& tasks) {
  std::vector<Task const*> result;
  for (auto const& t : tasks)
    if (!t.head.empty() && std::ranges::find(result, t.head, &Task::head) == result.end()) result.push_back(&t);
  return result;
}

//! What its outputs stand for; none where the objective does not read the labels that its data may have.
std::vector<std::string> labels_of(Task const& t) {
  return task::has_labels(t.options.objective) ? t.train.info().label_names : std::vector<std::string>();
}

HeadRecord record_of(Task const& t) {
  HeadRecord record{t.name(), t.head, task::objective_name(t.options.objective), labels_of(t), metric_of(t.options)};
  record.max_length = t.train.info().max_length;
  if (task::has_values(t.options.objective)) record.scale = t.scale;
  return record;
}

std::string names_of(std::vector<HeadRecord> const& records) {
  std::set<std::string> names;
  for (HeadRecord const& r : records) names.insert(r.head);
  return joined(names);
}

//! A damaged record tells its task alone: refused where a head of this run may be that task's.
std::vector<HeadRecord> readable_records(model::HeadFile const& stored, std::vector<Task> const& tasks,
                                         std::string const& file) {
  std::vector<HeadRecord> result;
  for (auto const& [task, record] : read_head_metadata(stored.metadata, file))
    if (record)
      result.push_back(*record);
    else if (std::ranges::find(tasks, task, &Task::head) != tasks.end())
      refuse_head_record(file, task);
  return result;
}

//! Also of values with the same mean and spread, since that is what a regression's head speaks in.
bool is_same_use(HeadRecord const& a, HeadRecord const& b) {
  return a.objective == b.objective && a.labels == b.labels && a.scale == b.scale;
}

//! One of the tasks that shared the head, if it is there, was such a task.
void check_same_use(Task const& t, std::vector<HeadRecord> const& records, std::string const& file) {
  auto const is_own = [&](HeadRecord const& r) { return r.head == t.head; };
  auto const fits = [&, own = record_of(t)](HeadRecord const& r) { return is_own(r) && is_same_use(r, own); };
  if (std::ranges::none_of(records, is_own) || std::ranges::any_of(records, fits)) return;
  fail_data("the head " + t.head + " of " + file +
            " was trained for another objective, or other labels or values, than those of task " + t.name() +
            "; prepare the task with --labels-from, or name another head (task." + t.name() + ".head)");
}

}  // namespace

std::vector<std::pair<std::string, model::HeadShape>> head_shapes(std::vector<Task> const& tasks,
                                                                  model::HfConfig const& config) {
  std::vector<std::pair<std::string, model::HeadShape>> result;
  for (auto const* t : first_of_each_head(tasks)) result.emplace_back(t->head, t->objective->head(config));
  return result;
}

void check_shared_heads(std::vector<Task> const& tasks) {
  auto const firsts = first_of_each_head(tasks);
  for (auto const& t : tasks) {
    if (t.head.empty()) continue;
    Task const& first = **std::ranges::find(firsts, t.head, &Task::head);
    if (first.options.objective != t.options.objective || labels_of(first) != labels_of(t))
      fail_usage("tasks " + first.name() + " and " + t.name() + " share the head " + t.head +
                 ", but differ in objective or label names; give one of them a head of its own (task." + t.name() +
                 ".head)");
  }
}

std::string heads_metadata(std::vector<Task> const& tasks) {
  std::vector<HeadRecord> records;
  for (auto const& t : tasks)
    if (!t.head.empty()) records.push_back(record_of(t));
  return head_metadata(records);
}

void load_head(model::HeadFile const& stored, std::string const& name, model::HeadShape const& shape,
               fs::path const& directory, model::ParameterSet& parameters) {
  for (auto const& [part, size] : shape) {
    std::string const tensor = name + "." + part;
    auto const found = stored.tensors.find(tensor);
    if (found == stored.tensors.end())
      fail_data((directory / "heads.safetensors").string() + " lacks the tensor " + tensor +
                "; restore it from a copy");
    model::load_into(model::store(found->second), tensor, parameters.at(tensor).detach());
  }
}

void reuse_heads(model::Model& model, std::vector<Task> const& tasks, fs::path const& directory) {
  std::string const file = (directory / "heads.safetensors").string();
  model::HeadFile const stored = model::load_heads(directory);
  auto const known = readable_records(stored, tasks, file);
  for (auto const& t : tasks) check_same_use(t, known, file);
  std::vector<std::string> reused;
  for (auto const* t : first_of_each_head(tasks)) {
    if (std::ranges::find(known, t->head, &HeadRecord::head) == known.end()) continue;
    load_head(stored, t->head, t->objective->head(model.encoder.config()), directory, model.parameters);
    reused.push_back(t->head);
  }
  if (reused.empty())
    fail_usage("model.heads = reuse, but " + file + " holds none of this run's heads; name one of its own (" +
               names_of(known) + ") with task.NAME.head, or use model.heads = fresh");
  log("heads start as trained in " + directory.string() + ": " + joined(reused));
}

}  // namespace tartan::train
