// NCCL's calls between ranks, played by MPI.
#include "nccl.hpp"

#include <cstring>

namespace {

using tartan::comm::fake::add;
using tartan::comm::fake::rank_in;

MPI_Datatype type_of(ncclDataType_t type) {
  if (type == ncclFloat32) return MPI_FLOAT;
  if (type == ncclFloat64) return MPI_DOUBLE;
  return type == ncclInt64 ? MPI_INT64_T : MPI_UINT8_T;
}

MPI_Op op_of(ncclRedOp_t op) { return op == ncclSum ? MPI_SUM : op == ncclMax ? MPI_MAX : MPI_MIN; }

std::size_t bytes_of(std::size_t count, ncclDataType_t type) {
  int bytes = 0;
  MPI_Type_size(type_of(type), &bytes);
  return count * static_cast<std::size_t>(bytes);
}

}  // namespace

ncclResult_t ncclAllReduce(void const* from, void* into, std::size_t count, ncclDataType_t type, ncclRedOp_t op,
                           ncclComm_t comm, cudaStream_t stream) {
  return add(comm, stream, {from, into}, [=](MPI_Comm mpi, MPI_Request* request) {
    MPI_Iallreduce(from == into ? MPI_IN_PLACE : from, into, static_cast<int>(count), type_of(type), op_of(op), mpi,
                   request);
  });
}

ncclResult_t ncclReduce(void const* from, void* into, std::size_t count, ncclDataType_t type, ncclRedOp_t op, int root,
                        ncclComm_t comm, cudaStream_t stream) {
  return add(comm, stream, {from, into}, [=](MPI_Comm mpi, MPI_Request* request) {
    MPI_Ireduce(from, into, static_cast<int>(count), type_of(type), op_of(op), root, mpi, request);
  });
}

ncclResult_t ncclReduceScatter(void const* from, void* into, std::size_t count, ncclDataType_t type, ncclRedOp_t op,
                               ncclComm_t comm, cudaStream_t stream) {
  return add(comm, stream, {from, into}, [=](MPI_Comm mpi, MPI_Request* request) {
    MPI_Ireduce_scatter_block(from, into, static_cast<int>(count), type_of(type), op_of(op), mpi, request);
  });
}

ncclResult_t ncclAllGather(void const* from, void* into, std::size_t count, ncclDataType_t type, ncclComm_t comm,
                           cudaStream_t stream) {
  return add(comm, stream, {from, into}, [=](MPI_Comm mpi, MPI_Request* request) {
    auto const offset = bytes_of(count, type) * static_cast<std::size_t>(rank_in(mpi));
    bool const in_place = from == static_cast<char*>(into) + offset;
    MPI_Iallgather(in_place ? MPI_IN_PLACE : from, static_cast<int>(count), type_of(type), into,
                   static_cast<int>(count), type_of(type), mpi, request);
  });
}

ncclResult_t ncclBroadcast(void const* from, void* into, std::size_t count, ncclDataType_t type, int root,
                           ncclComm_t comm, cudaStream_t stream) {
  return add(comm, stream, {from, into}, [=](MPI_Comm mpi, MPI_Request* request) {
    if (rank_in(mpi) == root && count > 0) std::memmove(into, from, bytes_of(count, type));
    MPI_Ibcast(into, static_cast<int>(count), type_of(type), root, mpi, request);
  });
}

ncclResult_t ncclSend(void const* from, std::size_t count, ncclDataType_t type, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
  return add(comm, stream, {from}, [=](MPI_Comm mpi, MPI_Request* request) {
    MPI_Isend(from, static_cast<int>(count), type_of(type), peer, 0, mpi, request);
  });
}

ncclResult_t ncclRecv(void* into, std::size_t count, ncclDataType_t type, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
  return add(comm, stream, {into}, [=](MPI_Comm mpi, MPI_Request* request) {
    MPI_Irecv(into, static_cast<int>(count), type_of(type), peer, 0, mpi, request);
  });
}
