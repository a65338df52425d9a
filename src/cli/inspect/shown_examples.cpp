#include "shown_examples.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>

namespace tartan::cli {
namespace {

//! The class that --label names; -1: unlabelled; nothing: any.
std::optional<std::int64_t> wanted_label(data::Dataset const& dataset, Request const& request) {
  if (!request.label) return std::nullopt;
  auto const& names = dataset.info().label_names;
  auto const found = std::find(names.begin(), names.end(), *request.label);
  if (found != names.end()) return found - names.begin();
  if (dataset.info().kind == "class" && *request.label == unlabelled_name) return -1;
  std::string known;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 20); ++i) known += (i == 0 ? "" : ", ") + names[i];
  fail_usage("--label " + *request.label + " is not among the labels of " + request.path.string() + " (" +
             (known.empty() ? "it has none" : known + (names.size() > 20 ? ", ..." : "")) + "); name one of them");
}

Facts sequences_of(data::PackedBatch const& batch, Decoder const& decoder) {
  Facts sequences = Facts::array();
  auto const& stream = batch.encoder;
  for (std::size_t s = 0; s + 1 < stream.sequence_starts.size(); ++s) {
    auto const tokens =
        std::span(stream.tokens)
            .subspan(static_cast<std::size_t>(stream.sequence_starts[s]),
                     static_cast<std::size_t>(stream.sequence_starts[s + 1] - stream.sequence_starts[s]));
    Facts sequence = {{"tokens", std::vector(tokens.begin(), tokens.end())}};
    if (decoder.vocabulary) sequence["text"] = decoder.vocabulary->decode(tokens);
    sequences.push_back(std::move(sequence));
  }
  return sequences;
}

Facts example_facts(data::Dataset const& dataset, std::uint64_t example, Decoder const& decoder) {
  data::PackedBatch const batch = dataset.pack({&example, 1});
  Facts facts = {{"row", example}, {"example_id", dataset.example_id(example)}};
  if (!batch.class_labels.empty()) {
    std::int64_t const label = batch.class_labels[0];
    facts["label"] = label < 0 ? Facts() : Facts(dataset.info().label_names[static_cast<std::size_t>(label)]);
  }
  facts["sequences"] = sequences_of(batch, decoder);
  return facts;
}

}  // namespace

Facts shown_examples(data::Dataset const& dataset, Request const& request, Decoder const& decoder) {
  auto const wanted = wanted_label(dataset, request);
  Facts examples = Facts::array();
  for (std::uint64_t example = 0; example < dataset.size() && examples.size() < request.examples; ++example)
    if (!wanted || dataset.class_label(example) == *wanted)
      examples.push_back(example_facts(dataset, example, decoder));
  return examples;
}

}  // namespace tartan::cli
