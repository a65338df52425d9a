#include "span_windows.hpp"

#include <limits>
#include <numeric>

namespace tartan::task {
namespace {

std::size_t first_window(data::PackedBatch const& batch, std::size_t example) {
  return static_cast<std::size_t>(batch.example_starts[example]);
}

std::size_t first_token(data::PackedBatch const& batch, std::size_t window) {
  return static_cast<std::size_t>(batch.encoder.sequence_starts[window]);
}

}  // namespace

std::vector<std::int64_t> window_lengths(data::PackedBatch const& batch, std::size_t example) {
  std::vector<std::int64_t> lengths;
  for (std::size_t s = first_window(batch, example); s < first_window(batch, example + 1); ++s)
    lengths.push_back(batch.encoder.sequence_starts[s + 1] - batch.encoder.sequence_starts[s]);
  return lengths;
}

at::Tensor by_window(at::Tensor const& scores, data::PackedBatch const& batch) {
  auto const& starts = batch.encoder.sequence_starts;
  std::int64_t const longest = batch.encoder.longest(), none = scores.size(0);
  std::vector<std::int64_t> rows(static_cast<std::size_t>(batch.encoder.num_sequences() * longest), none);
  auto window = rows.begin();
  for (std::size_t s = 0; s + 1 < starts.size(); ++s, window += longest)
    std::iota(window, window + (starts[s + 1] - starts[s]), starts[s]);
  at::Tensor const impossible = at::full({1, 2}, -std::numeric_limits<double>::infinity(), scores.options());
  at::Tensor const index = at::tensor(rows, at::kLong).to(scores.device());
  return at::cat({scores, impossible}).index_select(0, index).view({-1, longest, 2});
}

std::vector<Window> windows_of(data::PackedBatch const& batch, std::size_t example, std::span<double const> scores) {
  std::vector<Window> windows;
  std::size_t begin = first_token(batch, first_window(batch, example));
  std::span<std::uint32_t const> offsets = batch.passages[example].offsets;
  for (std::int64_t const length : window_lengths(batch, example)) {
    auto const tokens = static_cast<std::size_t>(length);
    windows.push_back({scores.subspan(2 * begin, 2 * tokens), offsets.first(2 * tokens)});
    offsets = offsets.subspan(2 * tokens);
    begin += tokens;
  }
  return windows;
}

}  // namespace tartan::task
