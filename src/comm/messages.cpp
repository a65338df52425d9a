#include "messages.hpp"

#include <algorithm>

namespace tartan::comm {
namespace {

constexpr std::size_t piece_bytes = std::size_t{4} << 20;

MPI_Datatype mpi_type(Type type) {
  switch (type) {
    case Type::float32:
      return MPI_FLOAT;
    case Type::float64:
      return MPI_DOUBLE;
    case Type::int64:
      return MPI_INT64_T;
    case Type::uint8:
      return MPI_UINT8_T;
  }
  fail_bug("unknown element type in a communicator's call");
}

MPI_Op mpi_op(Op op) {
  switch (op) {
    case Op::sum:
      return MPI_SUM;
    case Op::max:
      return MPI_MAX;
    case Op::min:
      return MPI_MIN;
  }
  fail_bug("unknown operation in a communicator's call");
}

}  // namespace

void Messages::in_pieces(std::size_t count, Type type, char const* call, Post const& post) {
  std::size_t const piece = piece_bytes / size_of(type);
  for (std::size_t first = 0; first < count; first += piece) {
    int const length = static_cast<int>(std::min(piece, count - first));
    check_mpi(post(first, length, &requests_.emplace_back(MPI_REQUEST_NULL)), call);
  }
}

void Messages::send(void const* from, std::size_t count, Type type, int peer) {
  in_pieces(count, type, "MPI_Isend", [&](std::size_t first, int length, MPI_Request* request) {
    return MPI_Isend(at(from, first, type), length, mpi_type(type), peer, 0, comm_, request);
  });
}

void Messages::receive(void* into, std::size_t count, Type type, int peer) {
  in_pieces(count, type, "MPI_Irecv", [&](std::size_t first, int length, MPI_Request* request) {
    return MPI_Irecv(at(into, first, type), length, mpi_type(type), peer, 0, comm_, request);
  });
}

void Messages::all_reduce(void* data, std::size_t count, Type type, Op op) {
  in_pieces(count, type, "MPI_Iallreduce", [&](std::size_t first, int length, MPI_Request* request) {
    return MPI_Iallreduce(MPI_IN_PLACE, at(data, first, type), length, mpi_type(type), mpi_op(op), comm_, request);
  });
}

void Messages::broadcast(void* data, std::size_t count, Type type, int root) {
  in_pieces(count, type, "MPI_Ibcast", [&](std::size_t first, int length, MPI_Request* request) {
    return MPI_Ibcast(at(data, first, type), length, mpi_type(type), root, comm_, request);
  });
}

void Messages::wait() {
  for (MPI_Request& request : requests_) TARTAN_MPI(MPI_Wait(&request, MPI_STATUS_IGNORE));
}

}  // namespace tartan::comm
