#pragma once

#include <tartan/core/random.hpp>
#include <tartan/data/sampler.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tartan::train {

//! How steps without an end task mix their tasks (MUPPET, section 3.3).
enum class Mixing {
  heterogeneous,        //!< sub-batches of any tasks in one step
  batch_homogeneous,    //!< each step has one task
  dataset_homogeneous,  //!< one task after the other, each to its end
};

//! Positions [first, first + count) in the endless order of a task's examples.
struct SubBatch {
  std::size_t task = 0;
  std::uint64_t first = 0, count = 0;
};

//! What the steps of a stage see of many tasks, each cut into sub-batches of its own size: in every epoch each
//! sub-batch once, so that tasks come in proportion to their sizes and no example twice. Stateless: any step in
//! O(its sub-batches).
class Mixture {
 public:
  struct Part {
    std::uint64_t examples = 0, sub_batch = 1;
  };
  //! `per_step`: sub-batches of a step; where a step has one task, the last step of a task may have fewer. `key` names
  //! the order.
  Mixture(std::vector<Part> parts, Mixing mixing, std::uint64_t per_step, Key key);
  std::vector<SubBatch> at(std::int64_t step) const;
  //! Steps in which every example is seen at least once.
  std::int64_t steps_per_epoch() const;

 private:
  std::uint64_t sub_batches(std::size_t task) const;
  SubBatch sub_batch(std::size_t task, std::uint64_t index, std::uint64_t epoch) const;
  std::vector<SubBatch> mixed(std::uint64_t step) const;
  std::vector<SubBatch> of_one_task(std::uint64_t step) const;

  std::vector<Part> parts_;
  Mixing mixing_;
  std::uint64_t per_step_;
  std::vector<std::uint64_t> ends_;  // of each task's units: sub-batches, or steps of one task
  data::Sampler order_;
};

}  // namespace tartan::train
