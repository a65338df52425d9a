#pragma once

#include "check.hpp"

#include <tartan/comm/communicator.hpp>

namespace tartan::comm {

//! Owns NCCL's communicator, and aborts it after a failure: ncclCommDestroy would wait for ranks that never come.
class Clique {
 public:
  explicit Clique(Communicator& host);  //!< Collective.
  ~Clique();
  Clique(Clique const&) = delete;
  Clique& operator=(Clique const&) = delete;

  //! Throws ExitStatus::rank_failed where a call under way has failed, on this rank or as NCCL hears of others.
  void check();
  ncclComm_t get() const { return comm_; }

 private:
  void abort();

  ncclComm_t comm_ = nullptr;
};

}  // namespace tartan::comm
