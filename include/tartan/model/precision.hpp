#pragma once

#include <ATen/ATen.h>

namespace tartan::model {

//! `bf16`: parameters, sums and all else in single precision; large matrix products round their factors to
//! bfloat16.
enum class Precision { fp32, bf16, fp64 };

//! How matrix products of single-precision tensors are reckoned from here on, in the whole process. Throws
//! ExitStatus::usage where `bf16` cannot be had: on a GPU, and on a CPU without such instructions.
void choose_products(Precision precision, at::Device device);

}  // namespace tartan::model
