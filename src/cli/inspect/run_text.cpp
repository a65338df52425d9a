#include "numbers.hpp"
#include "progression_facts.hpp"
#include "subjects.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tartan::cli {
namespace {

std::string one(Facts const& value) {
  if (value.is_null()) return "?";
  return value.is_string() ? visible(value.get<std::string>(), 60) : visible(value.dump(), 60);
}

std::string head_text(Facts const& f) {
  Facts const& m = f["machine"];
  Table table("ll");
  table.add(
      {"state", one(f["state"]) +
                    (f["state"] == "stopped" || f["state"] == "killed" ? " (tartan train --resume goes on)" : "")});
  table.add({"last written", one(f["last_written"])});
  table.add({"model", one(f["model"])});
  if (!m["version"].is_null())
    table.add({"made by", "tartan " + one(m["version"]) + " (commit " + one(m["commit"]) + ") on " + one(m["host"]) +
                              ", ranks: " + one(m["ranks"]) + ", threads a rank: " + one(m["threads_per_rank"]) + ", " +
                              one(m["device"])});
  return table.text();
}

std::string tasks_text(Facts const& tasks) {
  Table table("lllrrl");
  table.add({"task", "role", "objective", "examples", "tokens", "data"});
  for (auto const& [name, t] : tasks.items()) {
    auto const count = [&](char const* key) {
      return t.contains(key) && t[key].is_number() ? rounded(t[key]) : std::string("?");
    };
    std::string const used = t.contains("used") ? count("used") + " of " : "";
    table.add({visible(name, 20), one(t["role"]), one(t["objective"]), used + count("examples"), count("tokens"),
               visible(t["data"].get<std::string>(), 40)});
  }
  return table.text();
}

std::string evaluation_text(std::string const& title, Facts const& e) {
  if (e.is_null()) return "";
  std::string metrics;
  for (auto const& [name, value] : e["metrics"].items()) metrics += ", " + visible(name, 20) + " " + fixed(value, 4);
  return "  " + title + ": " + visible(e["stage"].get<std::string>(), 24) + " step " + e["step"].dump() + metrics +
         "\n";
}

std::string weights_text(Facts const& weights) {
  if (weights.is_null()) return "";
  Table table("lrr");
  table.add({"task weights in " + visible(weights["stage"].get<std::string>(), 24), "first", "last"});
  for (auto const& [task, w] : weights["tasks"].items())
    table.add({visible(task, 40), w["first"].is_null() ? "-" : fixed(w["first"], 3), fixed(w["last"], 3)});
  return table.text();
}

std::string checkpoints_text(Facts const& checkpoints) {
  if (checkpoints.empty()) return "  no checkpoint\n";
  std::string text;
  for (auto const& c : checkpoints) {
    text += "  checkpoint " + visible(c["name"].get<std::string>(), 60) + "\n";
    if (c.contains("problem")) text += wrapped("damaged: " + c["problem"].get<std::string>(), 4, 3);
  }
  return text;
}

std::string best_text(Facts const& f) {
  if (f["best"].is_null()) return "  no best model yet\n";
  return "  best -> " + visible(f["best"]["target"].get<std::string>(), 60) +
         (f["best"]["exists"] ? "" : ", which is missing") + "\n";
}

std::string disk_text(Facts const& disk) {
  std::uint64_t sum = 0;
  std::string parts;
  for (auto const& [name, bytes] : disk.items()) {
    sum += bytes.get<std::uint64_t>();
    if (bytes != 0) append_item(parts, visible(name, 24) + " " + bytes_text(bytes));
  }
  return "  " + bytes_text(sum) + " on disk" + (parts.empty() ? "" : ":\n" + wrapped(parts, 4, 3)) +
         (parts.empty() ? "\n" : "");
}

std::string log_text(Facts const& f) {
  std::string text = "  metrics.jsonl: " + plural(f["metrics_lines"], "event");
  if (!f["bad_metrics_lines"].empty())
    text += ", and " + plural(f["bad_metrics_lines"].size(), "line") + " that is no JSON, from line " +
            f["bad_metrics_lines"][0].dump();
  return text + "\n";
}

std::string verified_text(Facts const& f) {
  if (!f.contains("verified")) return "";
  return "verified: config.ini, run.json, " + plural(f["verified"]["metrics_lines"], "event") + ", best, " +
         plural(f["verified"]["checkpoints"], "checkpoint") + ": all good\n";
}

}  // namespace

std::string run_text(Facts const& f) {
  return paragraphs(
      {visible(f["path"].get<std::string>(), 60) + ": run of " + one(f["recipe"]) + ", seed " + one(f["seed"]) + "\n",
       head_text(f), tasks_text(f["tasks"]), f["stages"].empty() ? "" : stages_text(f["stages"]),
       evaluation_text("kept", f["kept"]) + evaluation_text("last dev", f["last_evaluation"]),
       weights_text(f["task_weights"]),
       best_text(f) + checkpoints_text(f["checkpoints"]) + log_text(f) + disk_text(f["disk_bytes"]), verified_text(f)});
}

}  // namespace tartan::cli
