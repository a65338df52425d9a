#include "clique.hpp"

#include <tartan/core/error.hpp>

#include <exception>
#include <utility>

namespace tartan::comm {

Clique::Clique(Communicator& host) {
  ncclUniqueId id{};
  if (host.rank() == 0) TARTAN_NCCL(ncclGetUniqueId(&id));
  host.broadcast(id.internal, sizeof id.internal, Type::uint8, 0).wait();
  ncclResult_t const joined = ncclCommInitRank(&comm_, host.size(), id, host.rank());
  if (joined == ncclSuccess) return;
  throw Error(ExitStatus::rank_failed,
              "NCCL cannot connect the GPUs of these ranks (" + words_for(joined) +
                  "); see more with NCCL_DEBUG=INFO in the environment, or set run.comm = mpi");
}

Clique::~Clique() {
  if (comm_ == nullptr) return;
  if (std::uncaught_exceptions() > 0)
    abort();
  else
    ncclCommDestroy(comm_);
}

void Clique::check() {
  if (comm_ == nullptr) check_nccl(ncclRemoteError, "an earlier call between GPUs");
  ncclResult_t state = ncclSuccess;
  TARTAN_NCCL(ncclCommGetAsyncError(comm_, &state));
  if (state == ncclSuccess || state == ncclInProgress) return;
  abort();
  check_nccl(state, "a call between GPUs");
}

void Clique::abort() { ncclCommAbort(std::exchange(comm_, nullptr)); }

}  // namespace tartan::comm
