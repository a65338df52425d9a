#pragma once

#include <tartan/model/parameters.hpp>
#include <tartan/optim/adamw.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tartan::train {

//! How far early stopping has come.
struct Watch {
  double best = -1;  //!< best dev metric of the stage
  std::int64_t best_step = -1;
  std::int64_t since_best = 0;  //!< evaluations
};

//! Best of the run, over stages.
struct Best {
  double metric = -1;
  std::string stage;
  std::int64_t step = -1;
  std::map<std::string, double> metrics;
};

//! One stage that is over.
struct StageResult {
  std::string stage, reason;
  std::int64_t step = 0;
  Watch watch;
  double seconds = 0, real_tokens = 0, probe_tokens = 0;
};

//! All that a run needs to go on beside the tensors. Written and read as JSON.
struct Progression {
  std::size_t stage = 0;  //!< number in the recipe
  std::string stage_name;
  std::int64_t step = 0;  //!< next step of the stage
  Watch watch;
  Best best;
  std::map<std::string, double> weighting;    //!< state by task name
  std::map<std::string, std::int64_t> sizes;  //!< examples of the next step by task name; empty: each task's batch
  std::map<std::string, double> learned;      //!< weights by task name that the last stage with three levels ended with
  std::vector<StageResult> finished;
  double stage_seconds = 0, stage_tokens = 0, stage_probe_tokens = 0;
  std::uint64_t metrics_bytes = 0;
  std::map<std::string, std::string> origins;  //!< by stage: its fingerprint where it began (run.reuse)
};

constexpr std::size_t kept_checkpoints = 2;

//! Of all stages that are over.
double finished_seconds(Progression const& progression);

//! Further vectors over the first parameters of the layout (the body, or all of them), stored by parameter as
//! PREFIX/NAME; or one number for each segment, stored by its name.
struct FlatTensor {
  std::string prefix;
  at::Tensor values;
  bool by_segment = false;
};

//! Writes DIRECTORY/<stage>-<step>: state.json and tensors.safetensors, by tensor name, aside and renamed; keeps the
//! last kept_checkpoints. Without `optimizer` at a stage's step 0, where it has no past. Rank 0 only.
void save_checkpoint(std::filesystem::path const& directory, Progression const& progression,
                     model::ParameterSet const& parameters, optim::AdamW const* optimizer,
                     std::vector<FlatTensor> const& further = {});

//! The same as `path`, with files of the caller's own beside it.
void write_checkpoint(std::filesystem::path const& path, Progression const& progression,
                      model::ParameterSet const& parameters, optim::AdamW const* optimizer,
                      std::function<void(std::filesystem::path const& temporary)> const& add_files = {},
                      std::vector<FlatTensor> const& further = {});

//! What each readable checkpoint holds as best so far: exports that are still needed.
std::vector<Best> bests_of_checkpoints(std::filesystem::path const& directory);

//! RUN/checkpoints/NN-stage-NNNNNNNN, oldest first; those that are unfinished or were set aside do not count.
std::vector<std::filesystem::path> checkpoints_by_age(std::filesystem::path const& directory);

//! Throws ExitStatus::data where size or hash of a file of the checkpoint are not those of its manifest.
void check_whole(std::filesystem::path const& checkpoint);

//! The newest checkpoint that is whole, or nothing where there is none. Damaged ones that are newer are set aside
//! (damaged.NAME) with a warning. Throws ExitStatus::data where all are damaged, ExitStatus::io where one cannot be
//! read. Rank 0 only.
std::optional<std::filesystem::path> newest_checkpoint(std::filesystem::path const& directory);

Progression load_progression(std::filesystem::path const& checkpoint);
//! Throws ExitStatus::data naming a tensor that is missing, too many or of another shape. Without `optimizer` as above;
//! `further` are filled.
void load_tensors(std::filesystem::path const& checkpoint, model::ParameterSet& parameters, optim::AdamW* optimizer,
                  std::vector<FlatTensor> const& further = {});

}  // namespace tartan::train
