#pragma once

#include <tartan/task/objective.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tartan::train {

//! What heads.safetensors says of one task, before anyone asks whether this release knows such a task.
struct HeadRecord {
  std::string task;
  std::string head;                          //!< begins the names of its tensors; tasks may share one
  std::string objective;                     //!< as in configurations; perhaps of another release
  std::vector<std::string> labels{};         //!< what its outputs stand for
  std::string metric{};                      //!< of dev
  std::optional<std::int64_t> max_length{};  //!< tokens per sequence in training
  std::optional<task::Scale> scale{};        //!< of values
};

//! JSON: task -> {head, objective, labels, metric, max_length, scale}.
std::string head_metadata(std::vector<HeadRecord> const& records);

//! What head_metadata wrote to `file`, which messages name, by task; nothing in place of a record that is damaged.
//! Throws ExitStatus::data where all of it is.
std::map<std::string, std::optional<HeadRecord>> read_head_metadata(std::string const& metadata,
                                                                    std::string const& file);

//! Throws ExitStatus::data saying that `file` does not describe the head of `task`.
[[noreturn]] void refuse_head_record(std::string const& file, std::string const& task);

}  // namespace tartan::train
