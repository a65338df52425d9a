#include <tartan/train/stop_signal.hpp>

#include <csignal>

namespace tartan::train {
namespace {

volatile std::sig_atomic_t requested = 0;

extern "C" void request_stop(int) { requested = 1; }

}  // namespace

void catch_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = request_stop;
  action.sa_flags = SA_RESTART;
  for (int const signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) sigaction(signal, &action, nullptr);
}

bool stop_requested() { return requested != 0; }

}  // namespace tartan::train
