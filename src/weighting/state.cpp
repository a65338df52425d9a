#include "rules.hpp"

#include <tartan/core/error.hpp>

#include <cmath>
#include <set>

namespace tartan::weighting {
namespace {

//! What each rule keeps. Gcs and Random keep their last weights, though the next step finds its own.
std::vector<Part> parts_of(Fixed& rule) { return {{"", &rule.weights}}; }
std::vector<Part> parts_of(MetaTartan& rule) { return {{"", &rule.logits}}; }
std::vector<Part> parts_of(LayeredTartan& rule) {
  std::vector<Part> parts;
  for (std::size_t g = 0; g < rule.groups.size(); ++g) parts.push_back({"/" + rule.groups[g], &rule.rules[g].logits});
  return parts;
}
std::vector<Part> parts_of(Gcs& rule) { return {{"", &rule.last}}; }
std::vector<Part> parts_of(Tawt& rule) { return {{"", &rule.shares}}; }
std::vector<Part> parts_of(GradNorm& rule) { return {{"", &rule.weights}, {"/initial_loss", &rule.initial}}; }
std::vector<Part> parts_of(Uncertainty& rule) { return {{"", &rule.log_variances}}; }
std::vector<Part> parts_of(Random& rule) { return {{"", &rule.weights}}; }

//! Of the auxiliaries, which follow the end task.
std::vector<Part> parts_of(Dga& rule) { return {{"", &rule.shares}}; }
std::vector<Part> parts_of(TapWeight& rule) {
  return {{"", &rule.logits},
          {"/first_moment", &rule.first_moments},
          {"/second_moment", &rule.second_moments},
          {"/steps", &rule.steps}};
}

std::vector<Part> parts_of(Weighting& weighting) {
  return std::visit([](auto& rule) { return parts_of(rule); }, weighting);
}

//! The tasks that have a number of their own.
std::vector<std::string> names_in(Weighting const& weighting, std::vector<std::string> const& task_names) {
  bool const without_end = std::holds_alternative<Dga>(weighting) || std::holds_alternative<TapWeight>(weighting);
  auto const skipped = without_end ? 1 : 0;
  expects(task_names.size() >= static_cast<std::size_t>(skipped), "task names must name every task once");
  return {task_names.begin() + skipped, task_names.end()};
}

void check_names(std::vector<std::string> const& task_names, std::size_t tasks) {
  std::set<std::string> const distinct(task_names.begin(), task_names.end());
  expects(task_names.size() == tasks && distinct.size() == tasks, "task names must name every task once");
}

double value_of(std::map<std::string, double> const& state, std::string const& task) {
  auto const found = state.find(task);
  if (found == state.end())
    fail_data("the checkpoint holds no weight of task " + task + "; resume with the tasks that it was written with");
  if (!std::isfinite(found->second))
    fail_data("the checkpoint's weight of task " + task + " is not finite; resume from an older checkpoint");
  return found->second;
}

void refuse_strangers(std::map<std::string, double> const& state, std::set<std::string> const& known) {
  for (auto const& [name, value] : state)
    if (!known.contains(name))
      fail_data("the checkpoint holds a weight of task " + name +
                ", which this run does not have; resume with the tasks that it was written with");
}

}  // namespace

std::map<std::string, double> save_state(Weighting const& weighting, std::vector<std::string> const& task_names) {
  Weighting copy = weighting;
  auto const names = names_in(copy, task_names);
  std::map<std::string, double> state;
  for (auto const& [ending, values] : parts_of(copy)) {
    check_names(names, values->size());
    for (std::size_t i = 0; i < names.size(); ++i) state[names[i] + ending] = (*values)[i];
  }
  return state;
}

void load_state(Weighting& weighting, std::vector<std::string> const& task_names,
                std::map<std::string, double> const& state) {
  Weighting loaded = weighting;
  auto const names = names_in(loaded, task_names);
  std::set<std::string> known;
  for (auto const& [ending, values] : parts_of(loaded)) {
    check_names(names, values->size());
    for (auto const& name : names) known.insert(name + ending);
  }
  refuse_strangers(state, known);
  for (auto const& [ending, values] : parts_of(loaded))
    for (std::size_t i = 0; i < names.size(); ++i) (*values)[i] = value_of(state, names[i] + ending);
  weighting = std::move(loaded);
}

}  // namespace tartan::weighting
