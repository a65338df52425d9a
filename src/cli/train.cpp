#include "commands.hpp"

#include <tartan/comm/mpi.hpp>
#include <tartan/core/log.hpp>
#include <tartan/recipe/recipe.hpp>
#include <tartan/train/stop_signal.hpp>

namespace tartan::cli {
namespace {

std::string one_configuration(Flags const& flags, char const* command) {
  if (flags.positional.size() != 1)
    fail_usage(std::string("tartan ") + command + " takes one configuration file, for example tartan " + command +
               " run.ini");
  return flags.positional[0];
}

ExitStatus run(recipe::Plan const& plan, Flags const& flags, comm::Communicator& comm) {
  set_log_rank(comm.rank(), comm.size());
  auto const resume = flags.has("resume") ? train::Resume::yes : train::Resume::no;
  if (flags.has("dry-run")) return dry_run(plan, resume, flags.has("json"), comm);
  train::catch_stop_signals();
  return train::run_stages(plan.options, plan.stages, plan.resolved, resume, comm);
}

}  // namespace

ExitStatus train(Arguments const& arguments, int& argc, char**& argv) {
  Flags const flags = parse_flags(arguments, {}, {"resume", "dry-run", "json"});
  auto settings = config::Settings::read(one_configuration(flags, "train"), flags.rest);
  recipe::Plan const plan = recipe::make_plan(settings);
  if (flags.has("json") && !flags.has("dry-run"))
    fail_usage("--json goes with --dry-run; what a run logs is in metrics.jsonl and run.json of run.output");
  if (!comm::launched_by_mpi()) return run(plan, flags, *comm::make_local());
  comm::MpiSession session(argc, argv);
  auto const world = session.world();
  return run(plan, flags, *world);
}

}  // namespace tartan::cli
