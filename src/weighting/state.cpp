#include <tartan/core/error.hpp>
#include <tartan/weighting/weighting.hpp>

#include <cmath>
#include <set>

namespace tartan::weighting {
namespace {

std::vector<double>& state_of(Fixed& rule) { return rule.weights; }
std::vector<double>& state_of(MetaTartan& rule) { return rule.logits; }
std::vector<double> const& state_of(Fixed const& rule) { return rule.weights; }
std::vector<double> const& state_of(MetaTartan const& rule) { return rule.logits; }

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

void refuse_strangers(std::map<std::string, double> const& state, std::vector<std::string> const& task_names) {
  std::set<std::string> const known(task_names.begin(), task_names.end());
  for (auto const& [task, value] : state)
    if (!known.contains(task))
      fail_data("the checkpoint holds a weight of task " + task +
                ", which this run does not have; resume with the tasks that it was written with");
}

}  // namespace

std::map<std::string, double> save_state(Weighting const& weighting, std::vector<std::string> const& task_names) {
  auto const& values = std::visit(
      [](auto const& rule) -> auto const& { return state_of(rule); }, weighting);
  check_names(task_names, values.size());
  std::map<std::string, double> state;
  for (std::size_t i = 0; i < values.size(); ++i) state[task_names[i]] = values[i];
  return state;
}

void load_state(Weighting& weighting, std::vector<std::string> const& task_names,
                std::map<std::string, double> const& state) {
  auto& values = std::visit(
      [](auto& rule) -> auto& { return state_of(rule); }, weighting);
  check_names(task_names, values.size());
  refuse_strangers(state, task_names);
  std::vector<double> loaded;
  for (auto const& task : task_names) loaded.push_back(value_of(state, task));
  values = std::move(loaded);
}

}  // namespace tartan::weighting
