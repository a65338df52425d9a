#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tartan::train {

//! What a task's weight acts on.
enum class Apply {
  loss,      //!< on its loss; each task has its batch in every step
  sampling,  //!< on its loss, and the number of its examples follows: a task of low weight stops costing compute
};

//! How many examples of each task take part in a step of `budget` examples: in proportion to the weights, rounded, at
//! least `least` and at most the budget. Losses stay means over these examples, so that the step's gradient is that of
//! the weighted sum whatever the numbers are.
std::vector<std::int64_t> sample_sizes(std::vector<double> const& weights, std::int64_t budget, std::int64_t least);

//! By task name, for checkpoints. `sizes_from` throws ExitStatus::data naming a task that is missing.
std::map<std::string, std::int64_t> by_name(std::vector<std::string> const& names,
                                            std::vector<std::int64_t> const& sizes);
std::vector<std::int64_t> sizes_from(std::map<std::string, std::int64_t> const& kept,
                                     std::vector<std::string> const& names);

}  // namespace tartan::train
