#pragma once

#include "stage.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tartan::train {

//! Stages that were carried out before, kept in a directory (run.reuse) for other runs that begin with the same ones.
//! A name is a fingerprint of all that the result depends on: weights, data, ranks, threads, seeds and every setting of
//! the stages so far and their tasks.
class StageStore {
 public:
  //! `resolved_config`: of this run. Keeps and takes nothing where run.reuse is empty.
  StageStore(RunContext& run, std::vector<StagePlan> const& stages, std::string const& resolved_config);

  //! Keeps the stages before `p.stage`, which begins.
  void keep(Progression const& p) const;

  //! Goes to the latest beginning of a stage that was kept: parameters of what the stages before it trained, the best
  //! so far with its export, and the events of the log. False where there is none. Collective.
  bool take(Progression& p);

 private:
  std::filesystem::path place(std::size_t stages) const;
  std::string fingerprint(std::size_t stages) const;
  std::filesystem::path find() const;
  void write_best(std::filesystem::path const& path) const;
  void load(std::filesystem::path const& path, std::size_t stages);
  bool is_trained(model::Segment const& segment, std::size_t stages) const;
  void append_events(std::filesystem::path const& kept) const;

  RunContext& run_;
  std::vector<StagePlan> const& stages_;
  std::string const& resolved_config_;
};

}  // namespace tartan::train
