#include "examples_text.hpp"

#include "numbers.hpp"
#include "text.hpp"

namespace tartan::cli {
namespace {

constexpr std::size_t indent = 4, most_lines = 3, most_sequences = 4;

std::string ids_text(Facts const& tokens) {
  std::string text;
  for (auto const& token : tokens) append_item(text, token.dump(), " ");
  return text;
}

std::string label_text(Facts const& label) {
  if (label.is_null()) return "unlabelled";
  if (label.is_string()) return "label " + visible(label.get<std::string>(), 40);
  if (!label.is_array()) return "label " + label.dump();
  std::string names;
  for (auto const& name : label) append_item(names, name.is_null() ? "?" : visible(name.get<std::string>(), 40));
  return "labels: " + (names.empty() ? "none" : names);
}

std::string example_text(Facts const& example) {
  std::string text =
      "  row " + thousands(example["row"]) + ", id " + visible(example["example_id"].get<std::string>(), 40);
  if (example.contains("label")) text += ", " + label_text(example["label"]);
  text += "\n";
  std::size_t shown = 0;
  for (auto const& sequence : example["sequences"]) {
    if (++shown > most_sequences) break;
    text += wrapped(sequence.contains("text") ? sequence["text"].get<std::string>() : ids_text(sequence["tokens"]),
                    indent, most_lines);
  }
  if (example["sequences"].size() > most_sequences)
    text += "    and " + plural(example["sequences"].size() - most_sequences, "further sequence") + "\n";
  return text;
}

}  // namespace

std::string examples_text(Facts const& facts) {
  if (facts["shown_examples"].empty()) return "";
  bool const decoded = !facts["decoded_with"].is_null();
  std::string text = "examples";
  if (facts.contains("examples_of")) text += " of " + visible(facts["examples_of"].get<std::string>(), 40);
  text += decoded ? ", read with the tokenizer of " + visible(facts["decoded_with"].get<std::string>(), 50)
                  : " as token ids (--tokenizer DIR, as given to prepare.py, shows them as text)";
  text += "\n";
  for (auto const& example : facts["shown_examples"]) text += example_text(example);
  return text;
}

}  // namespace tartan::cli
