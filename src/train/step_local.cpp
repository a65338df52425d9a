// What ranks see of gradients by their own examples, where alignments are formed without the global ones (placement
// rank0 and mean), and how that compares with the whole.
#include "step_sums.hpp"
#include "tensor_comm.hpp"

#include <tartan/model/absorb.hpp>

#include <algorithm>
#include <cmath>

namespace tartan::train {

// Every rank looks at its own gradients, so each needs all of the direction: a buffer of the body, on its way while the
// first task is computed
void SingleLevel::spread_direction() {
  if (!direction_.defined()) direction_ = at::empty({body_size_}, combined_.options());
  scattering_ = broadcast(comm_, direction_, 0, route());
}

// A local gradient is a sum over this rank's targets divided by all targets: cosines do not mind, norms do. |probe| is
// known on rank 0 alone until sums have met.
void SingleLevel::look_locally(std::vector<double> const& own_counts, std::vector<double> const& counts,
                               Sums& sums) const {
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    double const norm = std::sqrt(sums.squares[i]);
    sums.own_cosines.push_back(norm > 0 ? sums.dots[i] / norm : 0);
    sums.own_norms.push_back(own_counts[i] > 0 ? norm * counts[i] / own_counts[i] : 0);
    sums.own_ranks.push_back(own_counts[i] > 0 ? 1 : 0);
    for (auto& group : sums.groups) {
      double const part = std::sqrt(group.squares[i]);
      group.own_cosines.push_back(part > 0 ? group.dots[i] / part : 0);
      group.own_norms.push_back(own_counts[i] > 0 ? part * counts[i] / own_counts[i] : 0);
    }
  }
}

bool SingleLevel::attenuated() const {
  return aligned_ && !end_judges_ && !sharded_ && !by_micro_batch() && comm_.size() > 1;
}

// 3. the weighted sum over ranks, seen before by those that look at their own part of it, and after by rank 0
void SingleLevel::gather_and_look(Sums& sums) {
  if (attenuated() && looks_here()) {
    sums.local_ranks = 1;
    sums.local_along = along_direction();
  }
  gather();
  if (attenuated() && comm_.rank() == 0) sums.along = along_direction();
}

// One more reading of the weighted sum and the direction. As a task's cosine, over the body and before clipping.
double SingleLevel::along_direction() const {
  std::int64_t const body = direction_.numel();
  auto const sum = model::look(combined_.narrow(0, 0, body), direction_);
  double const square = metric_.defined() ? square_in_metric(combined_, body) : sum.square;
  return square > 0 ? sum.dot / std::sqrt(square) : 0;
}

std::vector<double> SingleLevel::local_sums(Sums const& sums) const {
  std::vector<double> result;
  for (auto const* const part : {&sums.own_cosines, &sums.own_norms, &sums.own_ranks})
    result.insert(result.end(), part->begin(), part->end());
  if (attenuated()) result.insert(result.end(), {sums.local_along, sums.local_ranks, sums.along});
  return result;
}

void SingleLevel::take_local_sums(std::vector<double> const& sums, weighting::Alignments& alignments,
                                  StepReport& report) const {
  double const probe = alignments.probe_norm;
  auto const mean = [](double sum, double ranks) { return ranks > 0 ? sum / ranks : 0; };
  auto const cosine = [&](double sum, double ranks) { return probe > 0 ? mean(sum, ranks) / probe : 0; };
  std::size_t const n = tasks_.size();
  for (std::size_t i = 0; averaged_ && i < n; ++i) {
    alignments.mean_cosine.push_back(cosine(sums[i], sums[2 * n + i]));
    alignments.norm[i] = mean(sums[n + i], sums[2 * n + i]);
  }
  if (!attenuated()) return;
  auto const last = sums.end() - 3;
  report.combined_cosine = cosine(last[2], 1);
  report.combined_cosine_local = cosine(last[0], last[1]);
}

}  // namespace tartan::train
