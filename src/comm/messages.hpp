#pragma once

#include "mpi_check.hpp"
#include "types.hpp"

#include <functional>
#include <vector>

namespace tartan::comm {

//! Requests under way between the ranks of one communicator. Everything is posted at once, so that ranks may wait for
//! several calls in different orders. Long buffers travel in pieces, so that MPI's `int` counts never overflow.
class Messages final : public Work::Pending {
 public:
  explicit Messages(MPI_Comm comm) : comm_(comm) {}

  void send(void const* from, std::size_t count, Type type, int peer);
  void receive(void* into, std::size_t count, Type type, int peer);
  void all_reduce(void* data, std::size_t count, Type type, Op op);
  void broadcast(void* data, std::size_t count, Type type, int root);
  void wait() override;

 private:
  using Post = std::function<int(std::size_t first, int count, MPI_Request* request)>;
  void in_pieces(std::size_t count, Type type, char const* call, Post const& post);

  MPI_Comm comm_;
  std::vector<MPI_Request> requests_;
};

}  // namespace tartan::comm
