#pragma once

#include <ATen/ATen.h>

namespace tartan::model {

enum class DeviceChoice { automatic, cpu, cuda };

//! The device of this rank: `automatic` takes a GPU where one answers, else the CPU. CUDA's side of LibTorch is loaded
//! only where a GPU may be used. Throws ExitStatus::usage where `cuda` was asked for and cannot be had.
at::Device choose_device(DeviceChoice choice, int local_rank);

//! Threads per rank: OMP_NUM_THREADS where set, else the cores this process may use divided by the node's ranks that
//! share them. Also tells the allocator to keep what it has, since a step's buffers come again.
void set_threads(int local_ranks);

}  // namespace tartan::model
