#include "numbers.hpp"
#include "subjects.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tartan::cli {
namespace {

constexpr std::size_t most_names = 8;

std::string shape_text(Facts const& f) {
  std::uint64_t const hidden = f["hidden_size"], heads = f["heads_of_attention"];
  Table table("ll");
  table.add({"layers", thousands(f["layers"]) + " of width " + thousands(hidden) + " (" + plural(heads, "head") +
                           " of " + thousands(hidden / heads) + ", inner width " + thousands(f["intermediate_size"]) +
                           ", " + visible(f["activation"].get<std::string>(), 20) + ")"});
  table.add({"sequences", "at most " + thousands(f["max_length"]) + " tokens of a vocabulary of " +
                              thousands(f["vocab_size"]) + ", " + plural(f["token_types"], "token type")});
  std::string dtypes;
  for (auto const& [name, count] : f["weights"]["dtypes"].items()) append_item(dtypes, name);
  table.add({"stored as", dtypes});
  table.add({"size", bytes_text(f["bytes"])});
  return table.text();
}

std::string parts_text(Facts const& f) {
  Table table("lrr");
  std::int64_t sum = 0;
  auto const add = [&](std::string const& name, std::uint64_t tensors, std::uint64_t parameters) {
    sum += static_cast<std::int64_t>(parameters);
    table.add({name, thousands(tensors), thousands(parameters)});
  };
  table.add({"part", "tensors", "parameters"});
  Facts const& w = f["weights"];
  for (auto const& [key, name] : {std::pair{"encoder", "encoder"}, std::pair{"mlm_head", "MLM head"},
                                  std::pair{"pooler", "pooler"}, std::pair{"other", "unexpected"}})
    if (w[key]["tensors"] != 0 || std::string_view(key) == "mlm_head")
      add(name, w[key]["tensors"], w[key]["parameters"]);
  for (auto const& [task, head] : f["heads"].items())
    add("head of " + visible(task, 40), head["tensors"].size(), head["parameters"]);
  table.add({"all", "", thousands(static_cast<std::uint64_t>(sum))});
  return table.text() + (w["mlm_head"]["tensors"] == 0 ? "  without an MLM head: training starts a fresh one\n" : "");
}

std::string names_text(std::string const& title, Facts const& names) {
  if (names.empty()) return "";
  std::string text = "  " + title + " (" + thousands(names.size()) + "):\n";
  for (std::size_t i = 0; i < names.size() && i < most_names; ++i)
    text += "    " + visible(names[i].get<std::string>(), text_columns - 4) + "\n";
  if (names.size() > most_names)
    text += "    and " + thousands(names.size() - most_names) + " more (--json lists them)\n";
  return text;
}

std::string fit_text(Facts const& w) {
  if (w["fits"]) return "  the weights fit config.json: nothing missing, nothing unexpected\n";
  return "  the weights do not fit config.json\n" + names_text("missing", w["missing"]) +
         names_text("unexpected", w["unexpected"]) + names_text("of another shape", w["other_shapes"]);
}

std::string heads_text(Facts const& heads) {
  std::string text;
  for (auto const& [task, head] : heads.items()) {
    std::string labels;
    for (auto const& label : head["labels"]) append_item(labels, visible(label.get<std::string>(), 40));
    std::string const metric = head["metric"].get<std::string>();
    text += "  head of " + visible(task, 40) + ": " + visible(head["objective"].get<std::string>(), 20) +
            (metric.empty() ? "" : ", judged by " + visible(metric, 20)) +
            (labels.empty() ? "" : ", " + plural(head["labels"].size(), "label")) + "\n" + wrapped(labels, 4, 3);
  }
  return text;
}

std::string tokenizer_text(Facts const& f) {
  Facts const& t = f["tokenizer"];
  if (t.is_null()) return "  no tokenizer.json\n";
  std::string const head = "  tokenizer " + t["sha256"].get<std::string>() + "\n";
  if (t.contains("problem")) return head + wrapped(t["problem"].get<std::string>(), 4, 3);
  return head + "    " + thousands(t["tokens"]) +
         " tokens: " + (t["fits"] ? "fits the model's vocabulary of " : "too many for the model's vocabulary of ") +
         thousands(f["vocab_size"]) + "\n";
}

}  // namespace

std::string model_text(Facts const& f) {
  bool const bert = f["model_type"] == "bert";
  return paragraphs({visible(f["path"].get<std::string>(), 70) + (bert ? ": BERT encoder\n" : ": RoBERTa encoder\n"),
                     shape_text(f), parts_text(f), fit_text(f["weights"]), heads_text(f["heads"]), tokenizer_text(f),
                     f.contains("verified") ? "verified: weights, values, heads and tokenizer: all good\n" : ""});
}

}  // namespace tartan::cli
