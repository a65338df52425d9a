#pragma once

#include "stage.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tartan::train {

//! Stages that were carried out before, kept in a directory (run.reuse) for other runs that begin with the same ones.
//! A name is a fingerprint of what the result depends on: commit and LibTorch, weights and config.json, data, ranks,
//! threads, seeds and every setting of the stages so far and their tasks. The kind of machine is not in it.
class StageStore {
 public:
  //! Throws ExitStatus::usage or io, on rank 0, where run.reuse cannot be used. Without run.reuse it does nothing.
  StageStore(RunContext& run, std::vector<StagePlan> const& stages, ResolvedConfig const& config);

  //! Notes with which fingerprint a stage begins.
  void begin(Progression& p) const;

  //! Keeps the stages before `p.stage`, which begins, where they were begun as they ended. What goes wrong is a
  //! warning: the run goes on without.
  void keep(Progression const& p) const;

  //! Goes to the latest beginning of a stage that was kept: parameters of what the stages before it trained, the best
  //! so far with its export, and the events of the log. False where there is none. Collective.
  bool take(Progression& p);

 private:
  bool idle() const { return run_.options.run.reuse.empty(); }
  std::string fingerprint(std::size_t stages) const;
  std::filesystem::path place(std::size_t stages) const;
  std::filesystem::path find() const;
  bool is_true_to(Progression const& p) const;
  void write(std::filesystem::path const& place, Progression const& p) const;
  void write_best(std::filesystem::path const& path) const;
  void load(std::filesystem::path const& path, std::size_t stages);
  bool is_trained(model::Segment const& segment, std::size_t stages) const;
  void append_events(std::filesystem::path const& kept) const;

  RunContext& run_;
  std::vector<StagePlan> const& stages_;
  ResolvedConfig const& config_;
  std::string weights_;  // hash
};

}  // namespace tartan::train
