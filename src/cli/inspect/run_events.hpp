#pragma once

#include "request.hpp"

#include <map>
#include <vector>

namespace tartan::cli {

//! What metrics.jsonl tells, line by line.
struct RunEvents {
  std::uint64_t bytes = 0, lines = 0;
  std::vector<std::uint64_t> bad_lines;                       //!< numbers from 1 of those that are no JSON object
  std::vector<Facts> stages;                                  //!< as stage_facts; reason null: not over
  Facts last_evaluation;                                      //!< stage, step, loss, metrics; null: none
  Facts kept;                                                 //!< the last evaluation that was the best so far
  std::map<std::string, double> first_weights, last_weights;  //!< of tasks, in the last stage that has several
  std::string weights_stage;
};

//! An absent file has no lines. Throws ExitStatus::io where it cannot be read.
RunEvents read_events(std::filesystem::path const& metrics);

}  // namespace tartan::cli
