#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/tasks.hpp>

namespace tartan::train {
namespace {

//! Neither the task's name nor run.seed is in it: tasks on the same rows get the same ones, and the seeds of subset and
//! training can be crossed.
Key part_key(TaskOptions const& o) { return Key(static_cast<std::uint64_t>(o.fraction_seed)).with("fraction"); }

void choose(Task& task, double held_out) {
  if (task.options.fraction >= 1 && held_out <= 0) return;
  task.part = data::choose_part(task.train, task.options.fraction, held_out, part_key(task.options));
}

//! Where another task reads the end task's training split, as masked text say.
void take_away(Task& task, Task const& end) {
  if (&task == &end || task.train.fingerprint() != end.train.fingerprint()) return;
  if (!task.part) task.part = data::choose_part(task.train, 1, 0, part_key(task.options));
  task.part->examples = data::without(task.part->examples, end.part->held_out);
  if (task.part->examples.empty())
    fail_data("probe.data sets aside all examples of task " + task.name() + "; give a larger task." + task.name() +
              ".fraction");
}

void tell(Task const& task) {
  if (!task.part) return;
  std::string text = "task " + task.name() + ": " + std::to_string(task.num_examples()) + " of " +
                     std::to_string(task.train.size()) + " training examples take part";
  if (!task.part->held_out.empty())
    text += ", and " + std::to_string(task.part->held_out.size()) + " are set aside for the probe";
  log(text);
}

}  // namespace

void choose_parts(std::vector<Task>& tasks, double held_out) {
  Task const* end = end_task(tasks);
  for (Task& task : tasks) choose(task, &task == end ? held_out : 0);
  if (held_out > 0 && end->part->held_out.empty())
    fail_data(end->train.files().front().string() +
              " has no two examples of a class that take part, so probe.data can set none aside; use probe.data = dev");
  for (Task& task : tasks)
    if (held_out > 0) take_away(task, *end);
  for (Task const& task : tasks) tell(task);
}

}  // namespace tartan::train
