// Alignments and weights of groups of body parameters: embeddings and layers.
#include "step_sums.hpp"

#include <tartan/model/absorb.hpp>

#include <cmath>

namespace tartan::train {

void SingleLevel::begin_groups(Sums& sums) const {
  std::vector<double> const zeros(tasks_.size(), 0.0);
  sums.groups.assign(groups_.names.size(), {zeros, zeros, 0, {}, {}});
}

// Of what this rank forms alignments on: whole gradients or its shard of them
std::vector<model::GroupStretch> SingleLevel::stretches() const {
  if (!sharded_) return groups_.stretches;
  return model::within(groups_.stretches, shard_begin_, my_shard());
}

// Before it is preconditioned
void SingleLevel::look_at_direction(Sums& sums) const {
  for (auto const& [group, begin, end] : groups_.stretches) {
    at::Tensor const part = direction_.narrow(0, begin, end - begin);
    sums.groups[group].probe_square += metric_.defined()
                                           ? model::weighted_square_sum(part, metric_.narrow(0, begin, end - begin))
                                           : model::square_sum(part);
  }
}

void SingleLevel::look_at_groups(std::size_t i, at::Tensor const& gradient, at::Tensor const& direction,
                                 Sums& sums) const {
  for (auto const& [group, begin, end] : stretches()) {
    std::int64_t const size = end - begin;
    at::Tensor const part = gradient.narrow(0, begin, size);
    auto const sum = model::look(part, direction.narrow(0, begin, size));
    double const square =
        metric_.defined() ? model::weighted_square_sum(part, metric_.narrow(0, begin, size)) : sum.square;
    sums.groups[group].dots[i] += sum.dot;
    sums.groups[group].squares[i] += square;
    if (end_judges_ && i == 0) sums.groups[group].probe_square += square;
  }
}

// Each group by its own weight; what is behind the body, the heads, by the task's mean
void SingleLevel::absorb_by_group(std::size_t i, double rest_weight, at::Tensor const& gradient,
                                  at::Tensor const& combined) const {
  std::int64_t body = 0;
  for (auto const& [group, begin, end] : stretches()) {
    model::absorb(gradient.narrow(0, begin, end - begin), {}, group_weights_[i][group],
                  combined.narrow(0, begin, end - begin));
    body = end;
  }
  std::int64_t const rest = gradient.numel() - body;
  model::absorb(gradient.narrow(0, body, rest), {}, rest_weight, combined.narrow(0, body, rest));
}

std::vector<double> SingleLevel::group_sums(Sums const& sums) const {
  std::vector<double> result;
  for (auto const& group : sums.groups) {
    for (auto const* const part : {&group.dots, &group.squares, &group.own_cosines, &group.own_norms})
      result.insert(result.end(), part->begin(), part->end());
    result.push_back(group.probe_square);
  }
  return result;
}

// `local`: what local_sums became over ranks, whose last list of tasks says how many ranks have examples
void SingleLevel::take_group_sums(std::vector<double> const& sums, std::vector<double> const& local,
                                  weighting::Alignments& alignments) const {
  std::size_t const n = tasks_.size(), numbers = (averaged_ ? 4 : 2) * n + 1;
  auto const mean = [](double sum, double ranks) { return ranks > 0 ? sum / ranks : 0; };
  for (std::size_t begin = 0; begin < sums.size(); begin += numbers) {
    double const* const at = sums.data() + begin;
    auto& group = alignments.groups.emplace_back();
    group.present = alignments.present;
    group.dot.assign(at, at + n);
    group.probe_norm = std::sqrt(at[numbers - 1]);
    for (std::size_t i = 0; i < n; ++i) {
      double const ranks = averaged_ ? local[2 * n + i] : 0;
      group.norm.push_back(averaged_ ? mean(at[3 * n + i], ranks) : std::sqrt(at[n + i]));
      if (averaged_)
        group.mean_cosine.push_back(group.probe_norm > 0 ? mean(at[2 * n + i], ranks) / group.probe_norm : 0);
    }
  }
}

}  // namespace tartan::train
