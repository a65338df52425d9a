#include "open_run.hpp"
#include "rank_draws.hpp"
#include "stage.hpp"
#include "warm_up.hpp"

#include <tartan/core/error.hpp>
#include <tartan/train/rank.hpp>

#include <algorithm>
#include <functional>

namespace tartan::train {
namespace {

constexpr double level = 0.05;

void check_roles(std::vector<TaskOptions> const& tasks) {
  auto const has = [&](Role role) { return std::ranges::find(tasks, role, &TaskOptions::role) != tasks.end(); };
  if (!has(Role::end)) fail_usage("no task has role = end, so nothing judges the candidates; say which one has");
  if (!has(Role::auxiliary))
    fail_usage("there is no candidate to rank; add a [task.NAME] with role = auxiliary for each");
}

//! An MLM head that was never trained says nothing of a text.
void check_mlm_head(Options const& o, std::vector<Task> const& tasks, model::Model const& model, bool warmed_up) {
  if (o.model.preset != model::Preset::none)
    fail_usage(
        "model.preset starts an encoder from nothing, whose gradients mean nothing; leave it out and give trained "
        "weights as model.path");
  if (model.loaded.mlm_head || warmed_up) return;
  for (Task const& task : tasks)
    if (task.head.empty())
      fail_usage("the weights in " + o.model.path.string() +
                 " hold no MLM head, and through an untrained one the gradients of task " + task.name() +
                 " mean nothing; " +
                 (o.model.mlm_head_warmup_steps > 0
                      ? "use a recipe that trains auxiliaries, such as meta-tartan, for model.mlm_head_warmup_steps"
                      : "set model.mlm_head_warmup_steps, for example to 500, or use a model with a head"));
}

RankedTask facts(Task const& task, std::string const& name) {
  return {name, task.options.objective, task.options.batch, task.num_examples(), {}};
}

double dev_passes(Task const& end, task::ProbeOptions const& probe, std::int64_t repetitions) {
  bool const held_out = end.part && !end.part->held_out.empty();
  double const there = static_cast<double>(end.probe  ? end.probe->size()
                                           : held_out ? end.part->held_out.size()
                                                      : end.dev->size());
  bool const fitted = probe.fit == task::ProbeFit::dev && probe.draw == task::ProbeDraw::independent;
  return static_cast<double>(repetitions * (probe.gradient_examples + (fitted ? probe.head_examples : 0))) / there;
}

task::ProbeOptions probe_options(Options const& o) {
  task::ProbeOptions result = o.probe;
  result.adamw = o.train.adamw;
  return result;
}

//! One ranking in the making.
class Ranker {
 public:
  Ranker(RunContext& run, std::int64_t repetitions)
      : run_(run),
        key_(Key(static_cast<std::uint64_t>(run.options.run.seed)).with("rank")),
        end_(*end_task(run.tasks)),
        probe_(probe_options(run.options)),
        draws_(repetitions * static_cast<std::int64_t>(run.tasks.size() + 2)),  // the probe and the shuffled labels too
        progress_("rank", draws_, true),
        comparer_(gradient(dev_examples(end_, probe_, key_)), repetitions,
                  run.model.parameters.values().narrow(0, 0, run.model.parameters.layout().body_size()),
                  [this] { progress_.update(++done_, ""); }) {}

  Ranking run(std::int64_t repetitions) {
    Ranking result;
    result.end_task = end_.name();
    result.repetitions = repetitions;
    for (Task const& task : run_.tasks)
      if (&task != &end_) result.candidates.push_back(compare(task, task.name(), Labels::own));
    result.own = compare(end_, end_.name(), Labels::own);
    result.shuffled = compare(end_, "shuffled labels", Labels::of_others);
    result.probe_reliability = comparer_.reliability().mean();
    result.probe_is_noise = !comparer_.reliability().told_from_zero();
    result.dev_passes = dev_passes(end_, probe_, repetitions);
    progress_.clear();
    return result;
  }

 private:
  GradientDraw gradient(FreshTask task) const {
    return fresh_gradient(run_.model, std::move(task), probe_, run_.options.train.dropout);
  }
  RankedTask compare(Task const& task, std::string const& name, Labels labels) {
    RankedTask result = facts(task, name);
    model::HfConfig const& config = run_.model.encoder.config();
    result.comparison =
        comparer_.compare(gradient(training_examples(task, probe_.head_examples, config, key_.with("task"), labels)));
    return result;
  }

  RunContext& run_;
  Key key_;
  Task const& end_;
  task::ProbeOptions probe_;
  std::int64_t draws_, done_ = 0;
  Progress progress_;
  Comparer comparer_;
};

Verdict verdict(RankedTask const& task) {
  if (task.p_holm >= level) return Verdict::no_effect;
  return task.judged.mean > 0 ? Verdict::helps : Verdict::hurts;
}

}  // namespace

void judge(std::vector<RankedTask>& candidates, Estimate const& shuffled) {
  std::ranges::stable_sort(candidates, std::greater(), [](RankedTask const& t) { return t.comparison.cosine.mean; });
  std::vector<double> p;
  for (auto& task : candidates) {
    Estimate const& cosine = task.comparison.cosine;
    task.judged = task::is_masked_lm(task.objective) ? cosine : difference(cosine, shuffled);
    p.push_back(task.judged.p);
  }
  auto const adjusted = holm(p);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].p_holm = adjusted[i];
    candidates[i].verdict = verdict(candidates[i]);
  }
}

Ranking rank_candidates(Options const& options, std::vector<StagePlan> const& stages, std::int64_t repetitions,
                        comm::Communicator& world) {
  check_roles(options.tasks);
  auto begin = warm_ups(stages);
  bool const warmed_up = !begin.empty();
  begin.push_back(probing_stage());
  Opened const opened = open_run(options, begin, world);
  check_mlm_head(options, opened.tasks, *opened.model, warmed_up);
  comm::Timed comm(opened.gpus ? *opened.gpus : world);
  RunContext run{options, *opened.model, opened.tasks, comm, RunDirectory(options.run.output), nullptr, nullptr, {}};
  warm_up_mlm_head(run, stages);
  Ranking result = Ranker(run, repetitions).run(repetitions);
  judge(result.candidates, result.shuffled.comparison.cosine);
  return result;
}

}  // namespace tartan::train
