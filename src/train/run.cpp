#include "open_run.hpp"
#include "run_json.hpp"
#include "stage.hpp"
#include "stage_store.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>

#include <algorithm>
#include <utility>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

//! How long a rank may outlive the launcher that was killed before it, and then some.
constexpr std::chrono::seconds lock_patience{5};

//! Where to go on: the newest checkpoint, looked for by rank 0; nothing: from the beginning.
std::optional<fs::path> checkpoint_to_use(RunContext const& run, RunDirectory::State state) {
  std::string path;
  if (run.comm.rank() == 0 && state == RunDirectory::State::started) {
    for (auto const& place : {run.directory.checkpoints(), run.directory.exports()}) recover_directory(place);
    check_same_data(run);
    if (auto const found = newest_checkpoint(run.directory.checkpoints())) path = found->string();
  }
  path = comm::broadcast_text(run.comm, path);
  return path.empty() ? std::nullopt : std::optional<fs::path>(path);
}

//! What a run left that ended before its first checkpoint.
void clear(RunDirectory const& directory) {
  for (auto const& path : {directory.best(), directory.exports(), directory.metrics()}) fs::remove_all(path);
}

Progression begin(RunContext& run, std::vector<StagePlan> const& stages, std::optional<fs::path> const& checkpoint,
                  RunDirectory::State state, ResolvedConfig const& config) {
  Progression p;
  if (checkpoint) {
    p = load_progression(*checkpoint);
    if (p.stage >= stages.size() || p.stage_name != stages[p.stage].name)
      fail_data(checkpoint->string() + " is of a stage that this run does not have; name another run.output");
    restore_best(run, p.best);
    log("going on from " + checkpoint->string());
  }
  if (run.comm.rank() != 0) return p;
  if (state == RunDirectory::State::fresh)
    run.directory.claim(config);
  else if (!checkpoint)
    clear(run.directory);
  run.log = std::make_unique<MetricsLog>(run.directory.metrics(), p.metrics_bytes);
  run.log->write(session_json(run, checkpoint));
  write_run_json(run, nullptr);
  return p;
}

bool time_is_used(Options const& options, Progression const& p) {
  return options.run.max_minutes > 0 && finished_seconds(p) > options.run.max_minutes * 60 && p.best.step >= 0;
}

void enter_next_stage(Progression& p, std::string const& name) {
  ++p.stage;
  p.stage_name = name;
  p.step = 0;
  p.watch = {};
  p.weighting.clear();
  p.sizes.clear();
  p.stage_seconds = p.stage_tokens = p.stage_probe_tokens = 0;
}

//! A next stage that can be gone on with, though the one before is not repeated.
void save_beginning(RunContext& run, Progression& p) {
  if (run.comm.rank() == 0) {
    p.metrics_bytes = run.log->sync();
    save_checkpoint(run.directory.checkpoints(), p, run.model.parameters, nullptr);
  }
  run.comm.barrier();
}

//! Rank 0 looks; its findings, or its complaint, reach every rank. The lock is taken where there is something to do,
//! and what was seen before is looked at again under it.
RunDirectory::State look_at_directory(Options const& o, ResolvedConfig const& config, Resume resume,
                                      comm::Communicator& comm, std::unique_ptr<LockFile>& lock) {
  auto state = RunDirectory::State::fresh;
  if (comm.rank() == 0) {
    state = RunDirectory::look(o.run.output, resume, config);
    if (state != RunDirectory::State::finished) {
      RunDirectory(o.run.output).create();
      lock = std::make_unique<LockFile>(RunDirectory(o.run.output).lock(), lock_patience);
      state = RunDirectory::look(o.run.output, resume, config);
    }
  }
  std::int64_t number = static_cast<std::int64_t>(state);
  comm.broadcast(&number, 1, comm::Type::int64, 0).wait();
  return static_cast<RunDirectory::State>(number);
}

void finish(RunContext const& run, Progression const& p) {
  double const largest_peak_mb = largest_peak_memory_mb(run.comm);
  if (run.comm.rank() == 0) {
    write_run_json(run, result_json(p, largest_peak_mb));
    prune_exports(run.directory, {p.best});
  }
  log("finished; the " + std::string(end_task(run.tasks) ? "best" : "last") + " model (stage " + p.best.stage +
      ", step " + std::to_string(p.best.step) + ") is " + run.directory.best().string());
}

void say_if_unpublished(Options const& options, std::vector<StagePlan> const& stages) {
  if (options.probe.draw == task::ProbeDraw::shared && std::ranges::any_of(stages, probed))
    log("probe.draw = shared: the dev head is fitted to the very examples that give the dev gradient, which is not "
        "META-TARTAN as published; probe.draw = independent is");
}

bool is_needed(RunContext const& run, StagePlan const& plan, Progression const& p) {
  return !is_idle(plan, run.model) && !comm::broadcast_flag(run.comm, time_is_used(run.options, p));
}

}  // namespace

ExitStatus run_stages(Options const& options, std::vector<StagePlan> const& stages, ResolvedConfig const& config,
                      Resume resume, comm::Communicator& world) {
  double const limit = options.run.comm_timeout_minutes * 60;
  comm::Timed start(world, limit);
  std::unique_ptr<LockFile> lock;
  RunDirectory::State const state = look_at_directory(options, config, resume, start, lock);
  if (state == RunDirectory::State::finished) {
    log("the run in " + options.run.output.string() + " is finished; its model is " +
        (options.run.output / "best").string());
    return ExitStatus::done;
  }
  Opened const opened = open_run(options, stages, start);
  if (is_idle(stages.back(), *opened.model))
    fail_usage("the weights in " + options.model.path.string() +
               " hold an MLM head already; there is nothing to warm up: use them as model.path of the other recipes");
  say_if_unpublished(options, stages);
  comm::Timed comm(opened.gpus ? *opened.gpus : world, limit);
  RunContext run{options, *opened.model, opened.tasks, comm, RunDirectory(options.run.output), nullptr, std::move(lock),
                 {}};
  std::optional<fs::path> checkpoint = checkpoint_to_use(run, state);
  Progression p = begin(run, stages, checkpoint, state, config);
  StageStore store(run, stages, config);
  if (!checkpoint && store.take(p)) save_beginning(run, p);
  for (;;) {
    p.stage_name = stages[p.stage].name;
    bool const needed = is_needed(run, stages[p.stage], p);
    if (needed) {
      store.begin(p);
      Stage stage(run, stages[p.stage], p, std::exchange(checkpoint, std::nullopt));
      if (stage.run() == Stage::End::stopped) {
        log("stopped by a signal after step " + std::to_string(p.step) + " of stage " + p.stage_name +
            "; go on with --resume");
        return ExitStatus::stopped;
      }
    }
    if (p.stage + 1 == stages.size()) break;
    enter_next_stage(p, stages[p.stage + 1].name);
    if (!needed) continue;
    save_beginning(run, p);
    store.keep(p);
  }
  finish(run, p);
  return ExitStatus::done;
}

BenchResult bench_stage(Options const& options, StagePlan const& plan, std::int64_t warmup, std::int64_t steps,
                        comm::Communicator& world) {
  Opened const opened = open_run(options, {plan}, world);
  comm::Timed comm(opened.gpus ? *opened.gpus : world);
  RunContext run{options, *opened.model, opened.tasks, comm, RunDirectory(options.run.output), nullptr, nullptr, {}};
  Progression p;
  return Stage(run, plan, p, std::nullopt).bench(warmup, steps);
}

}  // namespace tartan::train
