#include <tartan/data/packed_batch.hpp>

#include <algorithm>
#include <cmath>

namespace tartan::data {
namespace {

template <class T>
void append(std::vector<T>& out, std::vector<T> const& part) {
  out.insert(out.end(), part.begin(), part.end());
}

void append_shifted(std::vector<std::int64_t>& out, std::vector<std::int64_t> const& part, std::size_t skip,
                    std::int64_t shift) {
  for (std::size_t index = skip; index < part.size(); ++index) out.push_back(part[index] + shift);
}

void append(TokenStream& out, TokenStream const& part, bool with_segments) {
  append_shifted(out.sequence_starts, part.sequence_starts, 1, out.num_tokens());
  append(out.tokens, part.tokens);
  append(out.positions, part.positions);
  append(out.segments, part.segments);
  if (with_segments) out.segments.resize(out.tokens.size());
}

void append(PackedBatch& out, PackedBatch const& part, bool with_segments, bool with_labels, bool with_noise) {
  append_shifted(out.rows, part.rows, 0, out.encoder.num_tokens());
  append_shifted(out.example_starts, part.example_starts, 1, out.encoder.num_sequences());
  append(out.encoder, part.encoder, with_segments);
  append(out.examples, part.examples);
  append(out.example_keys, part.example_keys);
  append(out.noise, part.noise);
  if (with_noise) out.noise.resize(out.examples.size());
  append(out.targets, part.targets);
  append(out.real_targets, part.real_targets);
  append(out.class_labels, part.class_labels);
  if (with_labels) out.class_labels.resize(out.examples.size(), -1);
}

}  // namespace

std::int64_t TokenStream::longest() const {
  std::int64_t length = 0;
  for (std::size_t index = 1; index < sequence_starts.size(); ++index)
    length = std::max(length, sequence_starts[index] - sequence_starts[index - 1]);
  return length;
}

std::int64_t PackedBatch::num_targets() const {
  return std::ranges::count_if(targets, [](std::int64_t target) { return target >= 0; }) +
         std::ranges::count_if(real_targets, [](float target) { return !std::isnan(target); });
}

PackedBatch concatenate(std::vector<PackedBatch const*> const& parts) {
  auto const any = [&](auto const& has) { return std::any_of(parts.begin(), parts.end(), has); };
  bool const with_segments = any([](PackedBatch const* part) { return !part->encoder.segments.empty(); });
  bool const with_labels = any([](PackedBatch const* part) { return !part->class_labels.empty(); });
  bool const with_noise = any([](PackedBatch const* part) { return !part->noise.empty(); });
  PackedBatch out;
  for (PackedBatch const* part : parts) append(out, *part, with_segments, with_labels, with_noise);
  return out;
}

}  // namespace tartan::data
