#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tartan::train {

//! Steps that take turns: after so many of external texts one of the end task and its own texts (TLM, Yao et al. 2021,
//! section 3.2). Stateless.
class Turns {
 public:
  //! `external`: per task, whether its steps are the external ones; some is, and some is not.
  Turns(std::vector<bool> external, std::int64_t external_steps);
  //! Whether the step trains the task.
  bool has(std::size_t task, std::int64_t step) const;
  //! How many steps before this one did.
  std::int64_t before(std::size_t task, std::int64_t step) const;
  //! Steps in which the task is trained once, on average.
  double steps_per_turn(std::size_t task) const;

 private:
  std::vector<bool> external_;
  std::int64_t external_steps_;
};

}  // namespace tartan::train
