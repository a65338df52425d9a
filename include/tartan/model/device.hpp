#pragma once

#include <ATen/ATen.h>

namespace tartan::model {

enum class DeviceChoice { automatic, cpu, cuda };

//! The device of this rank: `automatic` takes a GPU where one answers, else the CPU. CUDA's side of LibTorch is loaded
//! only where a GPU may be used. Throws ExitStatus::usage where `cuda` was asked for and cannot be had.
at::Device choose_device(DeviceChoice choice, int local_rank);

//! Threads of this rank: OMP_NUM_THREADS where set, else `cores` (Communicator::cores) rounded down, at least 1. Also
//! tells the allocator to keep what it has, since a step's buffers come again.
void set_threads(double cores);

}  // namespace tartan::model
