#include "shown_examples.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/data/labels.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <ranges>

namespace tartan::cli {
namespace {

//! Whether an example has the class, or the column holds, that --label names.
using Wanted = std::function<bool(std::uint64_t example)>;

Wanted wanted_label(data::Dataset const& dataset, Request const& request) {
  if (!request.label) return [](std::uint64_t) { return true; };
  auto const& names = dataset.info().label_names;
  bool const columns = data::label_layout(dataset.info()).use == data::LabelUse::columns;
  auto const found = std::find(names.begin(), names.end(), *request.label);
  auto const place = static_cast<std::size_t>(found - names.begin());
  if (found != names.end() && data::label_layout(dataset.info()).use == data::LabelUse::words)
    return [&, place](std::uint64_t e) {
      auto const labels = dataset.labels(e);
      return std::ranges::find(labels, static_cast<float>(place)) != labels.end();
    };
  if (found != names.end() && columns) return [&, place](std::uint64_t e) { return dataset.labels(e)[place] == 1; };
  if (found != names.end())
    return [&, place](std::uint64_t e) { return dataset.class_label(e) == static_cast<std::int64_t>(place); };
  if (dataset.info().kind != "text" && *request.label == unlabelled_name)
    return [&](std::uint64_t e) { return data::is_unlabelled(dataset.info(), dataset.labels(e)); };
  std::string const known = joined(names | std::views::take(20));
  fail_usage("--label " + *request.label + " is not among the labels of " + request.path.string() + " (" +
             (known.empty() ? "it has none" : known + (names.size() > 20 ? ", ..." : "")) + "); name one of them");
}

//! The number that is written with as few digits as a float needs.
double shortest(float value) {
  std::array<char, 32> text{};
  auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  double result = 0;
  std::from_chars(text.data(), end, result);
  return result;
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

Facts answers_of(data::PackedBatch const& batch) {
  Facts answers = Facts::array();
  for (auto const answer : batch.passages[0].answers) answers.push_back(answer);
  return answers;
}

//! A class by its name; null: unlabelled.
Facts name_or_null(float label, std::vector<std::string> const& names) {
  return label < 0 ? Facts() : Facts(names[static_cast<std::size_t>(label)]);
}

Facts words_of(std::vector<float> const& labels, std::vector<std::string> const& names) {
  Facts words = Facts::array();
  for (float const label : labels)
    if (label != data::no_word) words.push_back(name_or_null(label, names));
  return words;
}

//! A name, an index or a value; of several columns the names of those that hold; of words the name of each; right
//! answers. null: unlabelled.
Facts label_fact(data::Dataset const& dataset, std::uint64_t example, data::PackedBatch const& batch) {
  auto const labels = dataset.labels(example);
  auto const& names = dataset.info().label_names;
  data::LabelLayout const layout = data::label_layout(dataset.info());
  if (data::is_unlabelled(dataset.info(), labels)) return nullptr;
  if (layout.use == data::LabelUse::value) return shortest(labels[0]);
  if (layout.use == data::LabelUse::places) return answers_of(batch);
  if (layout.use == data::LabelUse::words) return words_of(labels, names);
  if (layout.use == data::LabelUse::choice) return static_cast<std::int64_t>(labels[0]);
  if (layout.use == data::LabelUse::index) return names[static_cast<std::size_t>(labels[0])];
  Facts holding = Facts::array();
  for (std::size_t c = 0; c < labels.size(); ++c)
    if (labels[c] == 1) holding.push_back(names[c]);
  return holding;
}

Facts example_facts(data::Dataset const& dataset, std::uint64_t example, Decoder const& decoder) {
  data::PackedBatch const batch = dataset.pack({&example, 1});
  Facts facts = {{"row", example}, {"example_id", dataset.example_id(example)}};
  if (dataset.info().kind != "text") facts["label"] = label_fact(dataset, example, batch);
  facts["sequences"] = sequences_of(batch, decoder);
  return facts;
}

}  // namespace

Facts shown_examples(data::Dataset const& dataset, Request const& request, Decoder const& decoder) {
  Wanted const wanted = wanted_label(dataset, request);
  Facts examples = Facts::array();
  for (std::uint64_t example = 0; example < dataset.size() && examples.size() < request.examples; ++example)
    if (wanted(example)) examples.push_back(example_facts(dataset, example, decoder));
  return examples;
}

}  // namespace tartan::cli
