// NCCL's communicators and groups: at the end of a group its calls go to the stream as one piece of work.
#include "nccl.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace {

using namespace tartan::comm::fake;

struct Group {
  bool open = false;
  std::vector<Post> calls;
  ncclComm_t comm = nullptr;
  cudaStream_t stream = nullptr;
} group;

void carry_out(ncclComm_t comm, std::vector<Post> const& calls) {
  if (comm->aborted) return;
  std::vector<MPI_Request> requests(calls.size(), MPI_REQUEST_NULL);
  for (std::size_t i = 0; i < calls.size(); ++i) calls[i](comm->mpi, &requests[i]);
  MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
}

}  // namespace

ncclResult_t tartan::comm::fake::add(ncclComm_t comm, cudaStream_t stream, std::initializer_list<void const*> buffers,
                                     Post call) {
  if (!group.open) return ncclInvalidUsage;
  if (!std::all_of(buffers.begin(), buffers.end(), may_be_on_gpu)) return ncclInvalidArgument;
  group.calls.push_back(std::move(call));
  group.comm = comm;
  group.stream = stream;
  return ncclSuccess;
}

extern "C" {
int fake_aborts = 0;
bool fake_refuses_to_join = false;
void fake_lose_a_rank() { lost_a_rank = true; }
}

ncclResult_t ncclGetVersion(int* version) {
  *version = NCCL_VERSION_CODE;
  return ncclSuccess;
}

char const* ncclGetErrorString(ncclResult_t) { return "remote process exited or there was a network error"; }
char const* ncclGetLastError(ncclComm_t) { return "rank 1 of the fake is gone"; }

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  std::memset(id->internal, 'u', sizeof id->internal);
  return ncclSuccess;
}

// Every rank must have been given the bytes that ncclGetUniqueId gave to one.
ncclResult_t ncclCommInitRank(ncclComm_t* comm, int size, ncclUniqueId id, int rank) {
  if (fake_refuses_to_join) return ncclSystemError;
  for (char const byte : id.internal)
    if (byte != 'u') return ncclInvalidArgument;
  *comm = new ncclComm;
  MPI_Comm_dup(MPI_COMM_WORLD, &(*comm)->mpi);
  int true_size = 0;
  MPI_Comm_size((*comm)->mpi, &true_size);
  return size == true_size && rank == rank_in((*comm)->mpi) ? ncclSuccess : ncclInvalidArgument;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  MPI_Comm_free(&comm->mpi);
  delete comm;
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {  // work that is under way may still look at it
  comm->aborted = true;
  lost_a_rank = false;
  ++fake_aborts;
  return ncclSuccess;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t, ncclResult_t* state) {
  *state = lost_a_rank ? ncclRemoteError : ncclSuccess;
  return ncclSuccess;
}

ncclResult_t ncclGroupStart() {
  group.open = true;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
  Group const closed = std::exchange(group, {});
  if (!closed.calls.empty())
    stream_of(closed.stream).work.push_back([closed] { carry_out(closed.comm, closed.calls); });
  return ncclSuccess;
}
