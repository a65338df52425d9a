#include "suite_calls.hpp"
#include "suite_host.hpp"
#include "suite_promises.hpp"

namespace tartan::comm::suite {

Communicator& subject() {
  static auto const local = make_local();
  return *local;
}

}  // namespace tartan::comm::suite
