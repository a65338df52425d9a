#pragma once

#include <tartan/train/fresh_gradient.hpp>
#include <tartan/train/tasks.hpp>

namespace tartan::train {

//! With whose labels a task's texts come.
enum class Labels {
  own,
  of_others,  //!< those of other training examples, drawn anew each time
};

//! A task's training examples for a ranking: repetition b takes the next ones of a keyed order, `head_examples` of them
//! to fit a fresh head and then a batch for the gradient. No two are the same until the task has no others left.
//! `task` outlives the result.
FreshTask training_examples(Task const& task, std::int64_t head_examples, model::HfConfig const& config, Key key,
                            Labels labels = Labels::own);

//! The dev examples of the end task, as the probe of a training step draws them. `end` outlives the result.
FreshTask dev_examples(Task const& end, task::ProbeOptions probe, Key key);

}  // namespace tartan::train
