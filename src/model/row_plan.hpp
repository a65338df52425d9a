#pragma once

#include "kernels/kernels.hpp"

#include <tartan/data/packed_batch.hpp>
#include <tartan/model/encoder.hpp>

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace tartan::model {

//! Where one forward reads: the rows an objective wants, the queries of each sequence in the last layer, and the keys
//! of every token's dropout.
struct RowPlan {
  std::vector<std::int64_t> rows;           // (R)
  std::vector<std::int64_t> query_starts;   // (S+1) rows of each sequence
  std::vector<std::uint64_t> token_keys;    // (T) empty where dropout is off
  std::vector<std::uint32_t> token_places;  // (T) position within the example
  std::vector<std::uint64_t> row_keys;      // (R)
  std::vector<std::uint32_t> row_places;    // (R)
  std::uint64_t view = 0;
  at::Tensor noise;          // (T, H) added to word embeddings; undefined: none
  std::vector<bool> noised;  // (T) whose word embeddings learn nothing; empty: none
};

//! Throws ExitStatus::bug where rows are not ascending within [0, T).
RowPlan plan_rows(data::PackedBatch const& batch, std::vector<std::int64_t> const& rows, Dropout const& dropout);

enum class Site : std::uint32_t { embeddings = 0, probabilities = 1, attention_output = 2, layer_output = 3 };

//! The kernel's view of one dropout; off where the plan has no keys or `probability` is 0. `last`: rows, not all
//! tokens.
DropoutRows dropout_rows(RowPlan const& plan, Site site, std::int64_t layer, double probability, bool last);

//! int64 tensor over a vector's memory, which must outlive it.
at::Tensor borrow(std::vector<std::int64_t> const& values);

}  // namespace tartan::model
