#include "fit_labels.hpp"

#include <tartan/core/error.hpp>
#include <tartan/data/dataset.hpp>
#include <tartan/data/labels.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace tartan::data {
namespace {

[[noreturn]] void fail_row(Shard const& shard, std::uint64_t row, std::string const& problem) {
  fail_data(shard.path().string() + " row " + std::to_string(row) + " " + problem + "; prepare the data again");
}

std::int64_t sign(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

// The file's offsets are not trusted: each is compared with the size of what it points into before it is followed.
Dataset::Extent Dataset::extent(std::uint64_t example) const {
  Place const place = locate(example);
  Shard const& shard = *place.shard;
  std::uint64_t const first = shard.example_start(place.row);
  std::uint64_t const last = shard.example_start(place.row + 1);
  if (first >= last || last > shard.num_sequences()) fail_row(shard, place.row, "has example_starts out of order");
  std::uint64_t const first_token = shard.sequence_start(first);
  std::uint64_t const last_token = shard.sequence_start(last);
  if (first_token >= last_token || last_token > shard.num_tokens())
    fail_row(shard, place.row, "has sequence_starts out of order");
  return {place, first, last, first_token, last_token};
}

void Dataset::check_sequences(Extent const& extent) const {
  auto const& [place, first, last, first_token, last_token] = extent;
  auto const max_length = static_cast<std::uint64_t>(info().max_length);
  std::uint64_t start = first_token;
  for (std::uint64_t sequence = first; sequence < last; ++sequence) {
    std::uint64_t const end = place.shard->sequence_start(sequence + 1);
    if (end <= start || end > last_token) fail_row(*place.shard, place.row, "has sequence_starts out of order");
    if (end - start > max_length)
      fail_row(*place.shard, place.row,
               "has a sequence of " + std::to_string(end - start) + " tokens (max_length is " +
                   std::to_string(max_length) + ")");
    start = end;
  }
}

std::vector<float> Dataset::labels(std::uint64_t example) const { return labels(extent(example)); }

std::vector<float> Dataset::labels(Extent const& found) const {
  auto const& [place, first, last, first_token, last_token] = found;
  LabelPer const per = label_layout(info()).per;
  auto const labels = per == LabelPer::example    ? place.shard->labels(place.row, place.row + 1)
                      : per == LabelPer::sequence ? place.shard->labels(first, last)
                                                  : place.shard->labels(first_token, last_token);
  std::string const problem = label_problem(info(), labels, place.shard->sequence_starts(first, last));
  if (!problem.empty()) fail_row(*place.shard, place.row, problem);
  return labels;
}

void Dataset::append(PackedBatch& batch, Extent const& extent) const {
  auto const& [place, first, last, first_token, last_token] = extent;
  TokenStream& stream = batch.encoder;
  std::size_t const begin = stream.tokens.size();
  place.shard->copy_tokens(first_token, last_token, stream.tokens);
  std::int64_t const highest = *std::max_element(stream.tokens.begin() + sign(begin), stream.tokens.end());
  if (highest >= info().vocab_size)
    fail_row(
        *place.shard, place.row,
        "has the token id " + std::to_string(highest) + " (vocab_size is " + std::to_string(info().vocab_size) + ")");
  stream.positions.resize(stream.tokens.size());
  for (std::uint64_t sequence = first; sequence < last; ++sequence) {
    std::int64_t const start = stream.sequence_starts.back();
    std::int64_t const end = sign(begin + place.shard->sequence_start(sequence + 1) - first_token);
    std::iota(stream.positions.begin() + start, stream.positions.begin() + end, 0);
    stream.sequence_starts.push_back(end);
  }
  if (place.shard->has_segments()) place.shard->copy_segments(first_token, last_token, stream.segments);
  if (has_segments_) stream.segments.resize(stream.tokens.size());
  if (place.shard->has_passages()) batch.passages.push_back(place.shard->passage(place.row, first_token, last_token));
  batch.example_starts.push_back(stream.num_sequences());
}

//! Indices and places as whole numbers, all else as it is, -1 for no label as NaN.
void Dataset::append_labels(PackedBatch& batch, std::span<float const> labels) const {
  auto const [use, named, width, per] = label_layout(info());
  for (float const label : labels)
    if (use == LabelUse::index || use == LabelUse::choice)
      batch.class_labels.push_back(static_cast<std::int64_t>(label));
    else if (per != LabelPer::example)
      batch.label_places.push_back(static_cast<std::int64_t>(label));
    else
      batch.label_values.push_back(use == LabelUse::columns && label < 0 ? std::numeric_limits<float>::quiet_NaN()
                                                                         : label);
}

PackedBatch Dataset::pack(std::span<std::uint64_t const> examples) const {
  std::vector<Extent> extents;
  extents.reserve(examples.size());
  std::size_t tokens = 0;
  for (std::uint64_t const example : examples) {
    extents.push_back(extent(example));
    check_sequences(extents.back());
    tokens += extents.back().last_token - extents.back().first_token;
  }
  PackedBatch batch;
  batch.encoder.tokens.reserve(tokens);
  batch.encoder.positions.reserve(tokens);
  if (has_segments_) batch.encoder.segments.reserve(tokens);
  batch.examples.assign(examples.begin(), examples.end());
  for (Extent const& found : extents) {
    append(batch, found);
    append_labels(batch, labels(found));
  }
  return batch;
}

void Dataset::relabel(PackedBatch& batch, std::span<std::uint64_t const> others) const {
  PackedBatch replacement;
  for (std::uint64_t const example : others) append_labels(replacement, labels(example));
  batch.class_labels = std::move(replacement.class_labels);
  batch.label_values = std::move(replacement.label_values);
  LabelUse const use = label_layout(info()).use;
  if (use == LabelUse::choice) fit_choices(batch);
  if (use == LabelUse::places) fit_places(batch, replacement.label_places);
  if (use == LabelUse::words) fit_words(batch, replacement.label_places);
}

}  // namespace tartan::data
