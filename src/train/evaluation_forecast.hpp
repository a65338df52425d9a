#pragma once

#include "stage.hpp"

#include <map>

namespace tartan::train {

//! How long evaluations take, each set of tasks looked at once. Collective.
class EvaluationTimes {
 public:
  explicit EvaluationTimes(RunContext& run) : run_(run) {}
  //! Seconds of one evaluation of these tasks on dev, the same on every rank. Of dev sets that are large together,
  //! every so many-th example is gone through, and the rest counted by its tokens.
  double of(std::vector<Task const*> const& tasks);

 private:
  double measured(std::vector<Task const*> const& tasks) const;

  RunContext& run_;
  std::map<std::vector<Task const*>, double> known_;
};

}  // namespace tartan::train
