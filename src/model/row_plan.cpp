#include "row_plan.hpp"

#include <tartan/core/error.hpp>

#include <cmath>

namespace tartan::model {
namespace {

void fill_token_keys(data::PackedBatch const& batch, RowPlan& plan) {
  expects(batch.example_keys.size() == batch.examples.size(), "dropout needs a key for each example");
  std::size_t const tokens = batch.encoder.tokens.size();
  plan.token_keys.reserve(tokens);
  plan.token_places.reserve(tokens);
  for (std::size_t e = 0; e < batch.examples.size(); ++e) {
    auto const& starts = batch.encoder.sequence_starts;
    std::int64_t const begin = starts[static_cast<std::size_t>(batch.example_starts[e])];
    std::int64_t const end = starts[static_cast<std::size_t>(batch.example_starts[e + 1])];
    for (std::int64_t t = begin; t < end; ++t) {
      plan.token_keys.push_back(batch.example_keys[e]);
      plan.token_places.push_back(static_cast<std::uint32_t>(t - begin));
    }
  }
}

}  // namespace

RowPlan plan_rows(data::PackedBatch const& batch, std::vector<std::int64_t> const& rows, Dropout const& dropout) {
  RowPlan plan;
  plan.rows = rows;
  plan.view = dropout.view;
  auto const& starts = batch.encoder.sequence_starts;
  plan.query_starts.assign(1, 0);
  std::size_t next = 0;
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    while (next < rows.size() && rows[next] < starts[s + 1]) {
      expects(rows[next] >= 0 && (next == 0 || rows[next] > rows[next - 1]), "rows must ascend");
      ++next;
    }
    plan.query_starts.push_back(static_cast<std::int64_t>(next));
  }
  expects(next == rows.size(), "a row beyond the packed batch");
  if (!dropout.on) return plan;
  fill_token_keys(batch, plan);
  for (auto const row : rows) {
    plan.row_keys.push_back(plan.token_keys[static_cast<std::size_t>(row)]);
    plan.row_places.push_back(plan.token_places[static_cast<std::size_t>(row)]);
  }
  return plan;
}

DropoutRows dropout_rows(RowPlan const& plan, Site site, std::int64_t layer, double probability, bool last) {
  DropoutRows result;
  if (plan.token_keys.empty() || probability == 0) return result;
  result.threshold = static_cast<std::uint32_t>(std::lround(probability * 65536));
  result.site = static_cast<std::uint32_t>(plan.view << 20) + static_cast<std::uint32_t>(4 * layer) +
                static_cast<std::uint32_t>(site);
  result.keys = last ? plan.row_keys.data() : plan.token_keys.data();
  result.positions = last ? plan.row_places.data() : plan.token_places.data();
  return result;
}

at::Tensor borrow(std::vector<std::int64_t> const& values) {
  return at::from_blob(const_cast<std::int64_t*>(values.data()), {static_cast<std::int64_t>(values.size())}, at::kLong);
}

}  // namespace tartan::model
