#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/heads.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
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

nlohmann::ordered_json head_json(Task const& t) {
  nlohmann::ordered_json json = {{"head", t.head},
                                 {"objective", task::objective_name(t.options.objective)},
                                 {"labels", labels_of(t)},
                                 {"metric", metric_of(t.options)},
                                 {"max_length", t.train.info().max_length}};
  if (t.options.objective == task::ObjectiveKind::regression)
    json["scale"] = {{"mean", t.scale.mean}, {"deviation", t.scale.deviation}};
  return json;
}

//! What heads were trained for, by their names: something for each of the tasks that shared one.
using Descriptions = std::map<std::string, std::vector<nlohmann::json>>;

Descriptions descriptions(std::string const& metadata, std::string const& file) try {
  auto const json = nlohmann::json::parse(metadata, nullptr, false);
  if (!json.is_object()) fail_data(file + " names no task in its metadata; restore it from a copy");
  Descriptions result;
  for (auto const& [task, description] : json.items())
    if (description.is_object()) result[description.value("head", task)].push_back(description);
  return result;
} catch (nlohmann::json::exception const&) {
  fail_data(file + " does not describe its heads; restore it from a copy");
}

std::string names_of(Descriptions const& heads) {
  std::string text;
  for (auto const& [name, uses] : heads) text += (text.empty() ? "" : ", ") + name;
  return text;
}

//! Also of values with the same mean and spread, since that is what a regression's head speaks in.
bool has_same_use(Task const& t, nlohmann::json const& d) try {
  bool const values = t.options.objective == task::ObjectiveKind::regression;
  return d.at("objective") == task::objective_name(t.options.objective) &&
         d.at("labels").get<std::vector<std::string>>() == labels_of(t) &&
         (!values || (d.at("scale").at("mean") == t.scale.mean && d.at("scale").at("deviation") == t.scale.deviation));
} catch (nlohmann::json::exception const&) {
  return false;
}

void check_same_use(Task const& t, std::vector<nlohmann::json> const& uses, std::string const& file) {
  if (std::ranges::any_of(uses, [&](nlohmann::json const& d) { return has_same_use(t, d); })) return;
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
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (auto const& t : tasks)
    if (!t.head.empty()) json[t.name()] = head_json(t);
  return json.dump();
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
  auto const known = descriptions(stored.metadata, file);
  for (auto const& t : tasks)
    if (known.contains(t.head)) check_same_use(t, known.at(t.head), file);
  std::string reused;
  for (auto const* t : first_of_each_head(tasks)) {
    if (!known.contains(t->head)) continue;
    load_head(stored, t->head, t->objective->head(model.encoder.config()), directory, model.parameters);
    reused += (reused.empty() ? "" : ", ") + t->head;
  }
  if (reused.empty())
    fail_usage("model.heads = reuse, but " + file + " holds none of this run's heads; name one of its own (" +
               names_of(known) + ") with task.NAME.head, or use model.heads = fresh");
  log("heads start as trained in " + directory.string() + ": " + reused);
}

}  // namespace tartan::train
