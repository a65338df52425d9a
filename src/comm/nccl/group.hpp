#pragma once

#include "check.hpp"

namespace tartan::comm {

//! Calls of NCCL from its construction to `launch` go out as one.
class Group {
 public:
  Group() { TARTAN_NCCL(ncclGroupStart()); }
  ~Group() {
    if (open_) ncclGroupEnd();
  }
  Group(Group const&) = delete;
  Group& operator=(Group const&) = delete;

  void launch() {
    open_ = false;
    TARTAN_NCCL(ncclGroupEnd());
  }

 private:
  bool open_ = true;
};

}  // namespace tartan::comm
