#pragma once

#include "span_search.hpp"

#include <tartan/data/packed_batch.hpp>

#include <ATen/ATen.h>

namespace tartan::task {

//! Tokens of each window of an example.
std::vector<std::int64_t> window_lengths(data::PackedBatch const& batch, std::size_t example);

//! (T, 2) → (S, longest, 2), -inf where a window has no such token.
at::Tensor by_window(at::Tensor const& scores, data::PackedBatch const& batch);

//! Of one example; views of `scores` (T, 2) and of the batch.
std::vector<Window> windows_of(data::PackedBatch const& batch, std::size_t example, std::span<double const> scores);

}  // namespace tartan::task
