#include "fit_labels.hpp"

#include <tartan/data/labels.hpp>

#include <algorithm>

namespace tartan::data {

void fit_choices(PackedBatch& batch) {
  for (std::size_t e = 0; e < batch.class_labels.size(); ++e)
    if (batch.class_labels[e] >= 0) batch.class_labels[e] %= batch.example_starts[e + 1] - batch.example_starts[e];
}

void fit_places(PackedBatch& batch, std::vector<std::int64_t> const& others) {
  auto const& starts = batch.encoder.sequence_starts;
  for (std::size_t place = 0; place < batch.label_places.size(); ++place)
    batch.label_places[place] = std::min(others[place % others.size()], starts[place / 2 + 1] - starts[place / 2] - 1);
}

void fit_words(PackedBatch& batch, std::vector<std::int64_t> const& others) {
  std::vector<std::int64_t> words;
  std::ranges::copy_if(others, std::back_inserter(words), [](std::int64_t label) { return label != no_word; });
  std::size_t word = 0;
  for (std::int64_t& label : batch.label_places)
    if (label != no_word && !words.empty()) label = words[word++ % words.size()];
}

}  // namespace tartan::data
