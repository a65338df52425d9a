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

ExitStatus run(recipe::Plan const& plan, train::Resume resume, comm::Communicator& comm) {
  set_log_rank(comm.rank(), comm.size());
  train::catch_stop_signals();
  return train::run_stages(plan.options, plan.stages, plan.resolved_config, resume, comm);
}

}  // namespace

ExitStatus train(Arguments const& arguments, int& argc, char**& argv) {
  Flags const flags = parse_flags(arguments, {}, {"resume"});
  auto settings = config::Settings::read(one_configuration(flags, "train"), flags.rest);
  recipe::Plan const plan = recipe::make_plan(settings);
  auto const resume = flags.has("resume") ? train::Resume::yes : train::Resume::no;
  if (!comm::launched_by_mpi()) return run(plan, resume, *comm::make_local());
  comm::MpiSession session(argc, argv);
  auto const world = session.world();
  return run(plan, resume, *world);
}

}  // namespace tartan::cli
