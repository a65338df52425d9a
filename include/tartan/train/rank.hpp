#pragma once

#include <tartan/train/compare.hpp>
#include <tartan/train/run.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tartan::train {

//! What a task's gradients say of the dev loss of the end task, as far as chance allows.
enum class Verdict { helps, no_effect, hurts };

struct RankedTask {
  std::string name;
  task::ObjectiveKind objective = task::ObjectiveKind::mlm;
  std::int64_t batch = 0;      //!< examples of a gradient
  std::uint64_t examples = 0;  //!< there are to draw from
  Comparison comparison;
  Estimate judged{};  //!< what the verdict is about: the cosine, of a labelled task less that of shuffled labels
  double p_holm = 1;  //!< of `judged`, over all candidates
  Verdict verdict = Verdict::no_effect;
};

//! Candidates by the cosine of their gradients with the end task's dev gradient, best first.
struct Ranking {
  std::string end_task;
  std::int64_t repetitions = 0;
  std::vector<RankedTask> candidates;
  RankedTask own;       //!< the end task's own training gradient: what a perfect auxiliary could reach
  RankedTask shuffled;  //!< the same examples with labels of others: what texts and a head do without any knowledge
  double probe_reliability = 0;
  bool probe_is_noise = false;  //!< its reliability is not told from 0
  double dev_passes = 0;        //!< how often each dev example was used by the probe, on average
};

//! Which auxiliary tasks point where the end task's dev gradient points (ALGORITHMS 2), at the weights as they are:
//! nothing is trained but fresh heads, and a fresh MLM head where `stages` begin with its warm-up. In each repetition
//! the probe takes its dev direction from its own draw, and every task gives the gradient of one batch
//! (task.NAME.batch) of its training examples: a labelled task through a fresh head, fitted to probe.head_examples
//! other ones. Verdicts are those of Holm's procedure at 5 %. A pure function of run.seed; nothing is written. Throws
//! ExitStatus::usage where there is no end task, no candidate or no MLM head to speak of, ExitStatus::data where a task
//! has no examples.
Ranking rank_candidates(Options const& options, std::vector<StagePlan> const& stages, std::int64_t repetitions,
                        comm::Communicator& comm);

//! Sorts `candidates` and fills judged, p_holm and verdict. A gradient through a head that was fitted to nothing but
//! noise has a cosine with the probe too, so a labelled task must be above (or below) `shuffled`, the cosine of the end
//! task's texts with labels of others; a text without a fresh head, above or below 0.
void judge(std::vector<RankedTask>& candidates, Estimate const& shuffled);

}  // namespace tartan::train
