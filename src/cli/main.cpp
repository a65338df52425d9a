#include "commands.hpp"
#include "help.hpp"

#include <tartan/cli/command.hpp>
#include <tartan/comm/mpi.hpp>
#include <tartan/core/log.hpp>

#include <c10/util/Exception.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <system_error>
#include <thread>

namespace tartan::cli {
namespace {

//! Long enough for the launcher to end this rank where rank 0 has the same complaint, as it usually has.
constexpr std::chrono::seconds wait_for_rank0{5};

constexpr char const* out_of_memory =
    "out of memory; use smaller batches, more train.micro_batches or fewer ranks on this node";
std::string const report_it = " (a bug of tartan; please report it)";

//! The CPU's allocator of LibTorch has no exception of its own.
bool is_out_of_memory(c10::Error const& error) {
  return dynamic_cast<c10::OutOfMemoryError const*>(&error) != nullptr ||
         std::string_view(error.what_without_backtrace()).find("allocate memory") != std::string_view::npos;
}

bool is_other_rank() {
  for (char const* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
    if (char const* const rank = std::getenv(name)) return std::string(rank) != "0";
  return false;
}

bool asks_for_help(Arguments const& arguments) {
  return std::ranges::any_of(arguments, [](auto const& word) { return word == "--help" || word == "-h"; });
}

ExitStatus print_help(std::string const& command) {
  std::string const text = command.empty() ? overview() : help_of(command);
  if (text.empty()) fail_usage(unknown_command(command));
  std::fputs(text.c_str(), stdout);
  return ExitStatus::done;
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
  if (asks_for_help(rest)) return print_help(command);
  if (command == "train") return train(rest, argc, argv);
  if (command == "evaluate") return evaluate(rest);
  if (command == "predict") return predict(rest);
  if (command == "inspect") return inspect(rest);
  if (command == "export") return export_model(rest);
  if (command == "bench") return bench(rest);
  if (command == "rank") return rank(rest);
  if (command == "audit") return audit(rest);
  if (command == "config") return config(rest);
  if (command == "--help" || command == "help" || command == "-h") {
    return print_help(rest.empty() ? "" : rest[0]);
  }
  if (command == "--version") {
    std::puts("tartan " TARTAN_VERSION);
    return ExitStatus::done;
  }
  fail_usage(unknown_command(command));
}

int main(int argc, char** argv) {
  // a reader that went away, or a limit on file sizes, is then told by the write that fails
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    ExitStatus const status = run_command(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) fail_io("cannot write to standard output");
    return static_cast<int>(status);
  } catch (Error const& e) {
    return complain(e.status(), e.what());
  } catch (std::bad_alloc const&) {
    return complain(ExitStatus::io, out_of_memory);
  } catch (std::filesystem::filesystem_error const& e) {
    return complain(ExitStatus::io, "cannot use " + e.path1().string() + ": " + e.code().message() +
                                        "; check its permissions and the space left");
  } catch (std::system_error const& e) {
    return complain(ExitStatus::io, e.what());
  } catch (c10::Error const& e) {
    if (is_out_of_memory(e)) return complain(ExitStatus::io, out_of_memory);
    return complain(ExitStatus::bug, e.what_without_backtrace() + report_it);
  } catch (std::exception const& e) {
    return complain(ExitStatus::bug, e.what() + report_it);
  }
}

}  // namespace tartan::cli
