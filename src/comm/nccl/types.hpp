#pragma once

#include "../types.hpp"

#include <nccl.h>

namespace tartan::comm {

inline ncclDataType_t nccl_type(Type type) {
  switch (type) {
    case Type::float32:
      return ncclFloat32;
    case Type::float64:
      return ncclFloat64;
    case Type::int64:
      return ncclInt64;
    case Type::uint8:
      return ncclUint8;
  }
  fail_bug("unknown element type in a communicator's call");
}

inline ncclRedOp_t nccl_op(Op op) {
  switch (op) {
    case Op::sum:
      return ncclSum;
    case Op::max:
      return ncclMax;
    case Op::min:
      return ncclMin;
  }
  fail_bug("unknown operation in a communicator's call");
}

}  // namespace tartan::comm
