#include "numbers.hpp"
#include "progression_facts.hpp"
#include "subjects.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tartan::cli {
namespace {

constexpr std::size_t most_tensors = 60;

std::string dimensions(Facts const& shape) {
  std::string text;
  for (auto const& extent : shape) append_item(text, thousands(extent), " x ");
  return text.empty() ? "scalar" : text;
}

//! Where it was, and below it what it was worth: objectives have up to four metrics.
void add_best(Table& table, Facts const& best) {
  if (best.is_null()) return table.add({"best so far", "nothing evaluated yet"});
  std::string metrics;
  for (auto const& [name, value] : best["metrics"].items())
    append_item(metrics, visible(name, 20) + " " + fixed(value, 4));
  table.add(
      {"best so far", "stage " + visible(best["stage"].get<std::string>(), 24) + ", step " + best["step"].dump()});
  if (!metrics.empty()) table.add({"dev metrics", metrics});
}

std::string state_text(Facts const& f) {
  Table table("ll");
  table.add({"stage", visible(f["stage"].get<std::string>(), 40) + ", after step " + f["step"].dump() + " (" +
                          seconds_text(f["stage_seconds"]) + ", " + rounded(f["stage_tokens"]) + " real tokens)"});
  add_best(table, f["best"]);
  std::string weighting;
  for (auto const& [task, value] : f["weighting"].items())
    append_item(weighting, visible(task, 24) + " " + fixed(value, 4));
  if (!weighting.empty()) table.add({"weighting", visible(weighting, 80)});
  for (auto const& [name, file] : f["files"].items()) table.add({name, bytes_text(file["bytes"])});
  return table.text();
}

std::string tensors_text(Facts const& tensors) {
  Table table("lrrrl");
  table.add({"tensor (value and moments)", "shape", "tensors", "elements", ""});
  for (std::size_t i = 0; i < tensors.size() && i < most_tensors; ++i) {
    Facts const& t = tensors[i];
    table.add({visible(t["name"].get<std::string>(), 56), dimensions(t["shape"]), thousands(t["tensors"]),
               thousands(t["elements"]), t["dtype"].get<std::string>()});
  }
  std::string text = table.text();
  if (tensors.size() > most_tensors)
    text += "  and " + thousands(tensors.size() - most_tensors) + " more (--json lists them)\n";
  return text;
}

}  // namespace

std::string checkpoint_text(Facts const& f) {
  return paragraphs(
      {visible(f["path"].get<std::string>(), 80) + ": checkpoint\n", state_text(f),
       f["finished_stages"].empty() ? "" : stages_text(f["finished_stages"]), tensors_text(f["tensors"]),
       f.contains("verified") ? "verified: sizes and hashes are those of manifest.json: all good\n" : ""});
}

}  // namespace tartan::cli
