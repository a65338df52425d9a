#include "examples_text.hpp"
#include "numbers.hpp"
#include "split_text.hpp"
#include "subjects.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tartan::cli {
namespace {

constexpr std::size_t most_shards = 20;

Splits splits_of(Facts const& facts) {
  if (facts["what"] == "shard") return {{"shard", facts}};
  Splits splits;
  for (auto const& [name, split] : facts["splits"].items()) splits.emplace_back(name, split);
  return splits;
}

std::string head_text(Facts const& facts, Facts const& first) {
  bool const alone = facts["what"] == "shard";
  Table table("ll");
  table.add({"schema", first["schema"].get<std::string>() + ", version " + first["version"].dump()});
  table.add({"sequences", "at most " + thousands(first["max_length"]) + " tokens of a vocabulary of " +
                              thousands(first["vocab_size"])});
  table.add({"tokenizer", visible(first["tokenizer_sha256"].get<std::string>(), 64)});
  table.add({"source", visible(first["source"].get<std::string>(), 80)});
  table.add({"created with", visible(first["created_with"].get<std::string>(), 80)});
  return visible(facts["path"].get<std::string>(), 70) + ": " + (alone ? "shard" : "prepared data") + " of kind " +
         first["kind"].get<std::string>() + "\n\n" + table.text();
}

std::uint64_t bytes_of(Facts const& split) {
  std::uint64_t bytes = 0;
  for (auto const& shard : split["shards"]) bytes += shard["bytes"].get<std::uint64_t>();
  return bytes;
}

std::string counts_text(Splits const& splits) {
  Table table("lrrrrr");
  table.add({"", "shards", "examples", "sequences", "tokens", "size"});
  for (auto const& [name, split] : splits)
    table.add({visible(name, 12), thousands(split["shards"].size()), thousands(split["examples"]),
               thousands(split["sequences"]), thousands(split["tokens"]), bytes_text(bytes_of(split))});
  return table.text();
}

std::string shards_text(Splits const& splits) {
  Table table("lrrrr");
  table.add({"shard", "examples", "sequences", "tokens", "size"});
  std::size_t shown = 0, all = 0;
  for (auto const& [name, split] : splits)
    for (auto const& shard : split["shards"])
      if (++all <= most_shards && ++shown)
        table.add({visible(shard["path"].get<std::string>(), 50), thousands(shard["examples"]),
                   thousands(shard["sequences"]), thousands(shard["tokens"]), bytes_text(shard["bytes"])});
  if (all == splits.size()) return "";  // one each: told already
  std::string text = table.text();
  if (shown < all) text += "  and " + thousands(all - shown) + " more (--json lists them)\n";
  return text;
}

std::string shared_text(Facts const& facts) {
  if (!facts.contains("shared_texts")) return "";
  std::string text;
  for (auto const& [pair, count] : facts["shared_texts"].items())
    if (count.get<std::uint64_t>() > 0) append_item(text, pair + " " + thousands(count));
  return text.empty() ? "" : "  texts that stand in two splits: " + visible(text, 66) + "\n";
}

std::string verified_text(Facts const& facts) {
  if (!facts.contains("verified")) return "";
  Facts const& v = facts["verified"];
  std::uint64_t const files = v["files"], hashed = v["hashed_files"];
  std::string text = "verified: " + plural(files, "file") + ", " + bytes_text(v["bytes"]) + ", " +
                     plural(v["examples"], "example") + ": all good\n";
  if (hashed < files)
    text +=
        "  (no manifest.json lists the hash of " + plural(files - hashed, "file") + ": flipped bits may stay unseen)\n";
  return text;
}

}  // namespace

std::string data_text(Facts const& facts) {
  Splits const splits = splits_of(facts);
  return paragraphs({head_text(facts, splits.front().second), counts_text(splits), lengths_text(splits),
                     histogram_text(splits), labels_text(splits), answers_text(splits), shards_text(splits),
                     shared_text(facts), examples_text(facts), verified_text(facts)});
}

}  // namespace tartan::cli
