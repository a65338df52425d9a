#pragma once

#include <cstdint>

namespace tartan::optim {

enum class Decay {
  linear,    //!< warm-up from 0, then down to 0 at the last step
  constant,  //!< warm-up from 0, then 1
};

//! Factor on the learning rate at step (from 0) of `total`, `warmup` of them warm-up; as transformers'
//! get_linear_schedule_with_warmup.
double schedule_factor(Decay decay, std::int64_t step, std::int64_t warmup, std::int64_t total);

}  // namespace tartan::optim
