// Which tasks a stage trains, and for how long.
#include "stage.hpp"

#include <algorithm>
#include <cmath>

namespace tartan::train {

std::vector<StepTask> step_tasks(std::vector<Task const*> const& tasks) {
  std::vector<StepTask> result;
  for (auto const* t : tasks) result.push_back({t->name(), t->objective.get(), t->head});
  return result;
}

std::vector<std::string> names_of(std::vector<Task const*> const& tasks) {
  std::vector<std::string> result;
  for (auto const* t : tasks) result.push_back(t->name());
  return result;
}

bool trains(StagePlan const& plan, TaskOptions const& task) {
  if (task.role == Role::end) return plan.end_task;
  if (!plan.auxiliaries || task.role != (plan.members ? Role::member : Role::auxiliary)) return false;
  if (plan.mlm_only && !head_of(task).empty()) return false;
  auto const named = words(plan.options.tasks);
  return named.empty() || std::ranges::find(named, task.name) != named.end();
}

std::vector<Task const*> tasks_of(StagePlan const& plan, std::vector<Task> const& tasks) {
  std::vector<Task const*> result;
  for (auto const& t : tasks)
    if (trains(plan, t.options)) result.push_back(&t);
  std::ranges::stable_partition(result, [](Task const* t) { return t->options.role == Role::end; });
  return result;
}

std::vector<Task const*> evaluated_tasks(StagePlan const& plan, std::vector<Task> const& tasks) {
  std::vector<Task const*> result = tasks_of(plan, tasks);
  std::erase_if(result, [](Task const* t) { return !t->dev; });
  return result;
}

std::optional<Mixture> mixture_of(StagePlan const& plan, std::vector<Task const*> const& tasks, Key stage) {
  if (!plan.members) return std::nullopt;
  std::vector<Mixture::Part> parts;
  for (auto const* t : tasks) parts.push_back({t->num_examples(), static_cast<std::uint64_t>(t->options.batch)});
  return Mixture(std::move(parts), plan.options.mixing, static_cast<std::uint64_t>(plan.options.sub_batches),
                 stage.with("mixing"));
}

bool is_external(StagePlan const& plan, TaskOptions const& task) {
  if (task.role == Role::end) return false;
  auto const named = words(plan.options.external);
  return named.empty() || std::ranges::find(named, task.name) != named.end();
}

std::optional<Turns> turns_of(StagePlan const& plan, std::vector<Task const*> const& tasks) {
  if (!plan.turns) return std::nullopt;
  std::vector<bool> external;
  for (auto const* t : tasks) external.push_back(is_external(plan, t->options));
  return Turns(std::move(external), plan.options.external_steps);
}

namespace {

//! Steps of one epoch of each training set.
std::vector<double> steps_of_epochs(StagePlan const& plan, std::vector<Task const*> const& tasks) {
  auto const turns = turns_of(plan, tasks);
  std::vector<double> result;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    double const batches =
        std::ceil(static_cast<double>(tasks[i]->num_examples()) / static_cast<double>(tasks[i]->options.batch));
    result.push_back(turns ? batches * turns->steps_per_turn(i) : batches);
  }
  return result;
}

//! Of the largest, or of all.
double steps_of_epoch(StagePlan const& plan, std::vector<Task const*> const& tasks) {
  if (auto const mixture = mixture_of(plan, tasks, Key())) return static_cast<double>(mixture->steps_per_epoch());
  std::vector<double> steps = steps_of_epochs(plan, tasks);
  for (std::size_t i = 0; i < tasks.size(); ++i)
    if (plan.turns && !is_external(plan, tasks[i]->options)) steps[i] = 1;  // an epoch is one of external texts
  return std::ranges::max(steps);
}

}  // namespace

std::int64_t total_steps(StagePlan const& plan, std::vector<Task const*> const& tasks) {
  if (plan.options.steps > 0) return plan.options.steps;
  return std::max<std::int64_t>(1, std::llround(steps_of_epoch(plan, tasks) * plan.options.epochs));
}

std::int64_t steps_of_end_task(StagePlan const& plan, std::vector<Task const*> const& tasks) {
  return std::llround(steps_of_epochs(plan, tasks).front());  // the end task is the first
}

std::int64_t evaluation_interval(StagePlan const& plan, std::vector<Task const*> const& tasks) {
  if (plan.options.evaluate_every > 0 && (plan.end_task || plan.members)) return plan.options.evaluate_every;
  if (!plan.end_task) return 0;
  return steps_of_end_task(plan, tasks);
}

}  // namespace tartan::train
