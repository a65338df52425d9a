#include "head_objective.hpp"

namespace tartan::task {

Predictions rows_of(at::Tensor const& values) {
  at::Tensor const v = values.to(at::kDouble).cpu().contiguous();
  Predictions result;
  for (std::int64_t e = 0; e < v.size(0); ++e) {
    double const* const row = v.const_data_ptr<double>() + e * v.size(1);
    result.emplace_back(row, row + v.size(1));
  }
  return result;
}

at::Tensor cross_entropy(at::Tensor const& scores, std::vector<std::int64_t> const& targets) {
  at::Tensor const expected = at::tensor(targets, at::kLong).to(scores.device());
  return at::cross_entropy_loss(scores, expected, {}, at::Reduction::Sum, -1);
}

at::Tensor no_loss(at::Tensor const& hidden) { return hidden.sum() * 0; }

}  // namespace tartan::task
