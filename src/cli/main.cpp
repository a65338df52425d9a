#include "commands.hpp"

#include <tartan/cli/command.hpp>
#include <tartan/comm/mpi.hpp>
#include <tartan/core/log.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <thread>

namespace tartan::cli {
namespace {

constexpr char const* usage = R"(tartan: trains text encoders for an end task

  mpirun -n 2 --bind-to none tartan train run.ini [--resume] [--section.key value ...]
  tartan evaluate --model RUN/best --task NAME --data test.h5 [--json]
  tartan predict  --model RUN/best --task NAME --data test.h5 --output predictions.jsonl
  tartan inspect  PATH [--json]
  tartan bench    run.ini [--steps 20] [--warmup 3] [--json] [--section.key value ...]
  tartan config default
  tartan --version

Every key of the configuration is also a flag: --task.tapt.batch 32. `tartan config default` prints all keys.
)";

//! Long enough for the launcher to end this rank where rank 0 has the same complaint, as it usually has.
constexpr std::chrono::seconds wait_for_rank0{5};

bool is_other_rank() {
  for (char const* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
    if (char const* const rank = std::getenv(name)) return std::string(rank) != "0";
  return false;
}

int complain(ExitStatus status, std::string const& message) {
  bool const parallel = comm::launched_by_mpi();
  if (parallel && is_other_rank()) {
    std::signal(SIGTERM, SIG_DFL);  // training may have caught it
    std::this_thread::sleep_for(wait_for_rank0);
  }
  log_local("error: " + message);
  if (parallel) comm::MpiSession::abort(static_cast<int>(status));
  return static_cast<int>(status);
}

}  // namespace

ExitStatus run_command(int& argc, char**& argv) {
  Arguments const all(argv + 1, argv + argc);
  std::string const command = all.empty() ? "--help" : all[0];
  Arguments const rest(all.begin() + (all.empty() ? 0 : 1), all.end());
  if (command == "train") return train(rest, argc, argv);
  if (command == "evaluate") return evaluate(rest);
  if (command == "predict") return predict(rest);
  if (command == "inspect") return inspect(rest);
  if (command == "bench") return bench(rest);
  if (command == "config") return config(rest);
  if (command == "--help" || command == "help" || command == "-h") {
    std::fputs(usage, stdout);
    return ExitStatus::done;
  }
  if (command == "--version") {
    std::puts("tartan " TARTAN_VERSION);
    return ExitStatus::done;
  }
  fail_usage("unknown command \"" + command + "\"; use train, evaluate, predict, inspect, bench or config");
}

int main(int argc, char** argv) {
  try {
    return static_cast<int>(run_command(argc, argv));
  } catch (Error const& e) {
    return complain(e.status(), e.what());
  } catch (std::bad_alloc const&) {
    return complain(ExitStatus::io,
                    "out of memory; use smaller batches, more train.micro_batches or fewer ranks on this node");
  } catch (std::exception const& e) {
    return complain(ExitStatus::bug, std::string(e.what()) + " (a bug of tartan; please report it)");
  }
}

}  // namespace tartan::cli
