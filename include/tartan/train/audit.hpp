#pragma once

#include <tartan/train/look_ahead.hpp>
#include <tartan/train/run.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tartan::train {

struct AuditedTask {
  std::string name;
  std::vector<LookedAhead> steps;
};

//! Predicted and measured changes of the dev loss, over steps and tasks.
struct Audit {
  std::string begin;             //!< the weights: a checkpoint, an export or model.path
  std::string precision;         //!< of parameters and arithmetic
  bool trained_moments = false;  //!< AdamW's second moments come from the checkpoint, else from warm steps
  std::vector<AuditedTask> tasks;
  std::vector<double> dev_losses;  //!< (steps)
  double body_norm = 0;
  std::int64_t least_others = 0;  //!< dev examples of a step beside the probe's, at least
};

enum class Foretold { plain, adam, plain_on_others, adam_on_others, plain_for_adam };

//! The changes of one task, or of all.
std::vector<Change> changes(AuditedTask const& task, Foretold what);
std::vector<Change> changes(Audit const& audit, Foretold what);

//! Looks ahead (LookAhead) from `steps` random steps of a run: from its last whole checkpoint, else its best model,
//! else
//! (`run` is none) from model.path with the warm-up of a fresh MLM head that `stages` begin with. `lr` 0: moves of a
//! length that follows from the dev loss. A pure function of run.seed; nothing is written. Throws ExitStatus::usage
//! where there is no end task or the run holds no weights.
Audit audit(Options const& options, std::vector<StagePlan> const& stages,
            std::optional<std::filesystem::path> const& run, std::int64_t steps, double lr, comm::Communicator& comm);

}  // namespace tartan::train
